package dev.deployclaw.core.runtime;

import dev.deployclaw.core.plan.Overlay;
import dev.deployclaw.core.plan.Provenance;
import dev.deployclaw.core.plan.SourceReports;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Call.WriteBack.Edit;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.Collected;
import dev.deployclaw.policy.parse.Origin;
import dev.deployclaw.policy.parse.PolicyWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the sources, and writes those documents that an overlay lies over, each only where it still
 * says what it said when the overlay was made.
 */
final class SourceEdits {
  private static final String SOURCES = "sources";
  private static final String LOST = "another agent leads by now, or it can't be known";

  private final Ports ports;
  private final Settings settings;
  private final Ledger ledger;

  SourceEdits(Ports ports, Settings settings, Ledger ledger) {
    this.ports = ports;
    this.settings = settings;
    this.ledger = ledger;
  }

  /** What was read. */
  private record Seen(Map<String, Report> documents, Collected collected) {}

  /** What the sources say now. */
  Collected read(PolicySet committed) throws InterruptedException {
    return look(committed).collected();
  }

  private Seen look(PolicySet committed) throws InterruptedException {
    var outcome = new Survey(ports, settings).quietly(SOURCES + ".read");
    return new Seen(SourceReports.documents(outcome), SourceReports.collect(outcome, committed));
  }

  /**
   * One answer for each document or tenant; what has no write-back is no answer. Who doesn't lead
   * any more writes nothing.
   */
  List<Report> write(Overlay overlay, PolicySet committed, Leadership leadership)
      throws InterruptedException {
    var seen = look(committed);
    List<Report> answers = new ArrayList<>();
    List<Edit> edits = new ArrayList<>();
    for (var entry : overlay.tenants().entrySet()) {
      var policy = committed.tenant(entry.getKey());
      if (policy.isPresent() && !entry.getValue().isEmpty()) {
        switch (judge(policy.get(), entry.getValue(), seen)) {
          case Judged.Said(Report report) -> answers.add(report);
          case Judged.Due(String member, String digest) ->
              edits.add(edit(overlay, member, digest, policy.get()));
          case Judged.Unasked() -> {}
        }
      }
    }
    if (!edits.isEmpty()) {
      answers.addAll(
          ledger.leads(leadership)
              ? carryOut(new Call.WriteBack(edits), overlay.by().execution())
              : edits.stream().map(e -> Report.unknown(e.member(), LOST)).toList());
    }
    return answers;
  }

  /** What is to be done about one tenant's document. */
  private sealed interface Judged {
    record Said(Report report) implements Judged {}

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
    String source = seen.collected().origin(tenant).map(Origin::source).orElse("");
    var document = Optional.ofNullable(seen.documents().get(source));
    if (document.filter(d -> d.facts().containsKey(SourceReports.WRITE_BACK)).isEmpty()) {
      return new Judged.Unasked();
    }
    String member = document.get().member();
    if (there.get().equals(wanted)) {
      return new Judged.Said(Report.yes(member, "", document.get().facts()));
    }
    return Provenance.fingerprint(seen.collected(), tenant).equals(then)
        ? new Judged.Due(member, document.get().digest())
        : new Judged.Said(Report.no(member, edited(seen.documents(), source)));
  }

  private static Report missing(String tenant, Collected collected) {
    return collected.unknown().isEmpty()
        ? Report.no(tenant, "no valid document defines it any more")
        : Report.unknown(tenant, "not read: " + String.join(", ", collected.unknown()));
  }

  private static String edited(Map<String, Report> documents, String source) {
    return "it was edited since"
        + SourceReports.editor(documents, source).map(by -> ", by " + by).orElse("")
        + ": what it says counts when it is applied";
  }

  private static Edit edit(Overlay overlay, String member, String digest, TenantPolicy policy) {
    return new Edit(overlay.by().execution(), member, digest, PolicyWriter.yaml(policy));
  }

  private List<Report> carryOut(Call.WriteBack call, String execution) throws InterruptedException {
    var executor = ports.executors().named(SOURCES).filter(e -> e.verbs().contains(call.verb()));
    var outcome =
        executor.isEmpty()
            ? Outcome.failed(new Fault.Invalid("nothing writes to sources here"))
            : ports
                .executors()
                .calls()
                .one(executor.get(), call, Mandate.of(execution), settings.bounds().call());
    return switch (outcome) {
      case Outcome.Failed failed -> List.of(failed.report(SOURCES));
      case Outcome.Done done ->
          done.reports().stream().filter(r -> r.answer() != Report.Answer.SKIPPED).toList();
    };
  }
}
