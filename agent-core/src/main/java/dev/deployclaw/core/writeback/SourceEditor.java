package dev.deployclaw.core.writeback;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.overlay.PolicyProvenance;
import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.survey.EstateSurvey;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyOrigin;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import dev.deployclaw.policy.source.CollectedPolicies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the sources, and writes those documents that an overlay lies over, each only where it still
 * says what it said when the overlay was made.
 */
record SourceEditor(AgentPorts ports, AgentSettings settings, ChangeLedger ledger) {
  private static final String SOURCES = "sources";
  private static final String LOST = "another agent leads now, or the leader is unknown";

  /** What was read. */
  private record Seen(Map<String, MemberReport> documents, CollectedPolicies collected) {}

  /** What the sources say now. */
  CollectedPolicies read(PolicySet committed) throws InterruptedException {
    return look(committed).collected();
  }

  private Seen look(PolicySet committed) throws InterruptedException {
    var outcome = new EstateSurvey(ports, settings).quietly(SOURCES + ".read");
    return new Seen(SourceReports.documents(outcome), SourceReports.collect(outcome, committed));
  }

  /**
   * One answer for each document or tenant; what has no write-back is no answer. Who doesn't lead
   * any more writes nothing.
   */
  List<MemberReport> write(Overlay overlay, PolicySet committed, Leadership leadership)
      throws InterruptedException {
    var seen = look(committed);
    List<MemberReport> answers = new ArrayList<>();
    List<Edit> edits = new ArrayList<>();
    for (var entry : overlay.tenants().entrySet()) {
      var policy = committed.tenant(entry.getKey());
      if (policy.isPresent() && !entry.getValue().isEmpty()) {
        switch (judge(policy.get(), entry.getValue(), seen)) {
          case Judged.Said(MemberReport report) -> answers.add(report);
          case Judged.Due(String member, String digest) ->
              edits.add(edit(overlay, member, digest, policy.get()));
          case Judged.Unasked() -> {}
        }
      }
    }
    if (!edits.isEmpty()) {
      answers.addAll(
          ledger.leads(leadership)
              ? carryOut(new ExecutorCall.WriteBack(edits), overlay.by().execution())
              : edits.stream().map(e -> MemberReport.unknown(e.member(), LOST)).toList());
    }
    return answers;
  }

  /** What is to be done about one tenant's document. */
  private sealed interface Judged {
    record Said(MemberReport report) implements Judged {}

    record Due(String member, String digest) implements Judged {}

    /** Its source isn't one that is written back to. */
    record Unasked() implements Judged {}
  }

  private static Judged judge(TenantPolicy wanted, String then, Seen seen) {
    String tenant = wanted.tenant();
    var there = Optional.ofNullable(seen.collected().policies().get(tenant));
    if (there.isEmpty()) {
      return new Judged.Said(missing(tenant, seen.collected()));
    }
    String source = seen.collected().origin(tenant).map(PolicyOrigin::source).orElse("");
    var document = Optional.ofNullable(seen.documents().get(source));
    if (document.filter(d -> d.facts().containsKey(SourceReports.WRITE_BACK)).isEmpty()) {
      return new Judged.Unasked();
    }
    String member = document.get().member();
    if (there.get().equals(wanted)) {
      return new Judged.Said(MemberReport.yes(member, "", document.get().facts()));
    }
    return PolicyProvenance.fingerprint(seen.collected(), tenant).equals(then)
        ? new Judged.Due(member, document.get().digest())
        : new Judged.Said(MemberReport.no(member, edited(seen.documents(), source)));
  }

  private static MemberReport missing(String tenant, CollectedPolicies collected) {
    return collected.unknown().isEmpty()
        ? MemberReport.no(tenant, "no valid document defines it any more")
        : MemberReport.unknown(tenant, "not read: " + String.join(", ", collected.unknown()));
  }

  private static String edited(Map<String, MemberReport> documents, String source) {
    return "it was edited since"
        + SourceReports.editor(documents, source).map(by -> ", by " + by).orElse("")
        + ": its text takes effect when it is applied";
  }

  private static Edit edit(Overlay overlay, String member, String digest, TenantPolicy policy) {
    return new Edit(overlay.by().execution(), member, digest, PolicyYamlWriter.yaml(policy));
  }

  private List<MemberReport> carryOut(ExecutorCall.WriteBack call, String execution)
      throws InterruptedException {
    var executor = ports.executors().named(SOURCES).filter(e -> e.verbs().contains(call.verb()));
    var outcome =
        executor.isEmpty()
            ? CallOutcome.failed(new CallFault.Invalid("no participant writes to sources here"))
            : ports
                .calls()
                .one(executor.get(), call, CallContext.of(execution), settings.bounds().call());
    return switch (outcome) {
      case CallOutcome.Failed failed -> List.of(failed.report(SOURCES));
      case CallOutcome.Done done ->
          done.reports().stream().filter(r -> r.answer() != MemberReport.Answer.SKIPPED).toList();
    };
  }
}
