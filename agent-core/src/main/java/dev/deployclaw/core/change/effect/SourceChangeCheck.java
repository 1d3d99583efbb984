package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.survey.EstateSurvey;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.parse.PolicyOrigin;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Whether the sources still say what a change took from them: the last look before its commit.
 * Compared is what the documents mean, so that another comment or another order of keys is no
 * change. An edit between this look and the commit shows in the next scan.
 */
record SourceChangeCheck(EffectDependencies dependencies) {
  private static final int MOST_NAMED = 3;
  private static final String READ = "sources.read";

  /** What was read again. */
  private record Again(Map<String, MemberReport> documents, CollectedPolicies collected) {}

  /** Why the change must not be committed; empty where nothing speaks against it. */
  Optional<ChangeEvent.Stopped> moved(
      ChangeExecution x, PolicySet target, OrchestrationContext context)
      throws InterruptedException {
    var applied = dependencies.archive().provenance(x.epoch()).applied();
    if (x.kind().back() || applied.isEmpty()) {
      return Optional.empty();
    }
    long from = dependencies.time().micros();
    var outcome = new EstateSurvey(dependencies.ports(), dependencies.settings()).quietly(READ);
    var again = new Again(SourceReports.documents(outcome), SourceReports.collect(outcome, target));
    var stopped = judge(applied, target, again);
    String detail =
        stopped.map(ChangeEvent.Stopped::reason).orElse("the sources are unchanged since the plan");
    Status status = stopped.isEmpty() ? Status.OK : Status.ERROR;
    context
        .recorder()
        .tellTimed(
            Phase.COMMIT, "Reading the sources again", new LogEntryContent(detail, status), from);
    return stopped;
  }

  private static Optional<ChangeEvent.Stopped> judge(
      SortedSet<String> applied, PolicySet target, Again again) {
    var moved = applied.stream().filter(t -> !same(t, target, again.collected())).toList();
    if (moved.isEmpty()) {
      return Optional.empty();
    }
    var unknown = again.collected().unknown();
    boolean unread =
        !unknown.isEmpty() && moved.stream().noneMatch(t -> defined(t, again.collected()));
    if (unread) {
      return stopped(
          AbortCause.UNREACHABLE,
          "the sources can't be read again: " + String.join(", ", unknown) + "; plan again later");
    }
    var named = moved.stream().limit(MOST_NAMED).map(t -> words(t, again)).toList();
    int more = moved.size() - named.size();
    return stopped(
        AbortCause.STALE,
        String.join("; ", named)
            + (more > 0 ? "; and " + more + " more" : "")
            + ": plan again to use its present state");
  }

  /** That nothing defines it any more is known only where everything was read. */
  private static boolean same(String tenant, PolicySet target, CollectedPolicies now) {
    var wanted = target.tenant(tenant);
    return wanted.equals(Optional.ofNullable(now.policies().get(tenant)))
        && (wanted.isPresent() || now.unknown().isEmpty())
        && now.fault(tenant).isEmpty();
  }

  /** Whether a source says something of it, be it wrong. */
  private static boolean defined(String tenant, CollectedPolicies now) {
    return now.policies().containsKey(tenant) || now.leftOut().containsKey(tenant);
  }

  private static String words(String tenant, Again again) {
    var now = again.collected();
    var fault = now.fault(tenant);
    if (fault.isPresent()) {
      return "the source of " + tenant + " is no longer valid: " + fault.get().text();
    }
    return now.origin(tenant)
        .map(PolicyOrigin::source)
        .map(source -> edited(tenant, source, again.documents()))
        .orElse("no source defines " + tenant + " any more");
  }

  private static String edited(String tenant, String source, Map<String, MemberReport> documents) {
    return "%s was changed since %s was planned%s"
        .formatted(
            source,
            tenant,
            SourceReports.editor(documents, source).map(by -> ", by " + by).orElse(""));
  }

  private static Optional<ChangeEvent.Stopped> stopped(AbortCause cause, String reason) {
    return Optional.of(new ChangeEvent.Stopped(cause, reason));
  }
}
