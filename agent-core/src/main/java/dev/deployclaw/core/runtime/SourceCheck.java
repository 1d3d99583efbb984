package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.plan.SourceReports;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.parse.Collected;
import dev.deployclaw.policy.parse.Origin;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * Whether the sources still say what a change took from them: the last look before its commit.
 * Compared is what the documents mean, so that another comment or another order of keys is no
 * change. An edit between this look and the commit shows in the next scan.
 */
final class SourceCheck {
  private static final int MOST_NAMED = 3;
  private static final String READ = "sources.read";

  private final Ports ports;
  private final Settings settings;
  private final Archive archive;

  SourceCheck(Ports ports, Settings settings, Archive archive) {
    this.ports = ports;
    this.settings = settings;
    this.archive = archive;
  }

  /** What was read again. */
  private record Again(Map<String, Report> documents, Collected collected) {}

  /** Why the change must not be committed; empty where nothing speaks against it. */
  Optional<Event.Stopped> moved(Execution x, Optional<Content> content, Duty duty)
      throws InterruptedException {
    var applied = archive.provenance(x.epoch()).applied();
    if (x.kind().back() || applied.isEmpty()) {
      return Optional.empty();
    }
    var target = content.map(Content::set);
    if (target.isEmpty()) {
      target = archive.stored(x.epoch(), x.digest());
    }
    if (target.isEmpty()) {
      return stopped(Cause.UNREACHABLE, "what was staged of it can't be read back");
    }
    long from = ports.time().micros();
    var outcome = new Survey(ports, settings).quietly(READ);
    var again =
        new Again(SourceReports.documents(outcome), SourceReports.collect(outcome, target.get()));
    var stopped = judge(applied, target.get(), again);
    String detail =
        stopped.map(Event.Stopped::reason).orElse("the sources say what was taken from them");
    Status status = stopped.isEmpty() ? Status.OK : Status.ERROR;
    duty.story()
        .tellTimed(
            Phase.COMMIT, "Reading the sources again", new Telling(detail, status, Map.of()), from);
    return stopped;
  }

  private static Optional<Event.Stopped> judge(
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
          Cause.UNREACHABLE,
          "the sources can't be read again: " + String.join(", ", unknown) + "; then plan again");
    }
    var named = moved.stream().limit(MOST_NAMED).map(t -> words(t, again)).toList();
    int more = moved.size() - named.size();
    return stopped(
        Cause.STALE,
        String.join("; ", named)
            + (more > 0 ? "; and " + more + " more" : "")
            + ": plan again, and it is taken as it is now");
  }

  /** That nothing defines it any more is known only where everything was read. */
  private static boolean same(String tenant, PolicySet target, Collected now) {
    var wanted = target.tenant(tenant);
    return wanted.equals(Optional.ofNullable(now.policies().get(tenant)))
        && (wanted.isPresent() || now.unknown().isEmpty())
        && now.fault(tenant).isEmpty();
  }

  /** Whether a source says something of it, be it wrong. */
  private static boolean defined(String tenant, Collected now) {
    return now.policies().containsKey(tenant) || now.leftOut().containsKey(tenant);
  }

  private static String words(String tenant, Again again) {
    var now = again.collected();
    var fault = now.fault(tenant);
    if (fault.isPresent()) {
      return "the source of " + tenant + " is no longer valid: " + fault.get().text();
    }
    return now.origin(tenant)
        .map(Origin::source)
        .map(source -> edited(tenant, source, again.documents()))
        .orElse("no source defines " + tenant + " any more");
  }

  private static String edited(String tenant, String source, Map<String, Report> documents) {
    return "%s was changed since %s was planned%s"
        .formatted(
            source,
            tenant,
            SourceReports.editor(documents, source).map(by -> ", by " + by).orElse(""));
  }

  private static Optional<Event.Stopped> stopped(Cause cause, String reason) {
    return Optional.of(new Event.Stopped(cause, reason));
  }
}
