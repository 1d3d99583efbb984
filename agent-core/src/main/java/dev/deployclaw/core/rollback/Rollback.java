package dev.deployclaw.core.rollback;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.change.ChangeOrchestrator;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.ChangeScope;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.StoredLogReader;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.log.RecordedDecision.Policies;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.NewChange;
import dev.deployclaw.core.machine.RolloutPlan;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.planning.DiffFacts;
import dev.deployclaw.core.planning.RequestOrigin;
import dev.deployclaw.core.planning.SkillPinCheck;
import dev.deployclaw.core.procedure.KernelPhaseOrder;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.core.procedure.ProcedureRegistry.Activated;
import dev.deployclaw.core.procedure.SkillRefusal;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.survey.EstateSurvey;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.diff.PolicyDiff;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A rollback that somebody asked for: a new change whose content is what the committed one
 * replaced. Only what was proven may come back.
 */
public record Rollback(
    ChangeOrchestrator orchestrator,
    ExecutionFinisher finisher,
    AgentPorts ports,
    AgentSettings settings) {
  public static final String LAST = "last";

  /**
   * @param target the execution's id whose change is undone, or {@link #LAST}
   */
  public RequestOutcome run(
      String target, RequestOrigin by, Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    return switch (new SkillPinCheck(ports.procedures())
        .activate(TaskOperation.ROLLBACK, recorder)) {
      case Activated.Refused(SkillRefusal refusal) ->
          end(recorder, SkillPinCheck.ending(refusal), leadership);
      case Activated.Ready(Procedure procedure) ->
          back(new Asked(target, by, procedure), leadership, recorder);
    };
  }

  /** What is to be undone, for whom, by which skill. */
  private record Asked(String target, RequestOrigin by, Procedure procedure) {}

  private RequestOutcome back(Asked asked, Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    var base = ledger().base();
    var refusal = refusal(asked.target(), base, asked.procedure());
    if (refusal.isPresent()) {
      return end(recorder, ExecutionOutcome.refused(refusal.get()), leadership);
    }
    var undone = ledger().read(base.change()).map(StoredExecution::execution).orElseThrow();
    var opening = opening(undone, base, asked, recorder);
    recorder.planned(opening.planHash());
    look(asked.procedure(), recorder);
    var diff = diff(undone, base);
    recorder.tell(
        Phase.PLAN, "Planning the rollback", entry(undone, base, diff, opening.planHash()));
    var risks = risks(asked.by().demands(), diff);
    var ending =
        orchestrator.open(
            opening, Optional.empty(), new OrchestrationContext(leadership, recorder, risks));
    return end(recorder, ending, leadership);
  }

  /** Looks around as the procedure says; a rollback is stopped by none of it. */
  private void look(Procedure procedure, ExecutionRecorder recorder) throws InterruptedException {
    recorder.follow(procedure);
    for (int i = 0; i < procedure.steps().size(); i++) {
      for (String operation : procedure.steps().get(i).operations()) {
        boolean looks =
            !operation.startsWith("policies.") && !KernelPhaseOrder.activates(operation);
        if (looks) {
          recorder.enter(i + 1);
          new EstateSurvey(ports, settings).look(operation, OnFailure.WARN, recorder);
        }
      }
    }
  }

  /**
   * What a rollback undoes, what comes back where that was one itself, and the known difference.
   */
  public record RollbackPreview(String undone, Optional<String> again, Optional<PolicyDiff> diff) {}

  /** Empty where it would be refused. */
  public Optional<RollbackPreview> preview(String target) throws InterruptedException {
    var base = ledger().base();
    if (refusal(target, base).isPresent()) {
      return Optional.empty();
    }
    var undone = ledger().read(base.change()).map(StoredExecution::execution).orElseThrow();
    return Optional.of(new RollbackPreview(undone.id(), undone.undoes(), diff(undone, base)));
  }

  /** Why the gate would hold a rollback as things are; empty where it would not. */
  public List<String> held(RequestOrigin by) throws InterruptedException {
    var base = ledger().base();
    var undone = ledger().read(base.change()).map(StoredExecution::execution);
    var diff = undone.isEmpty() ? Optional.<PolicyDiff>empty() : diff(undone.get(), base);
    return settings.gate().reasons(by.requester(), risks(by.demands(), diff));
  }

  /** A difference that isn't known reaches every tenant. */
  private static Risks risks(List<ApprovalTrigger> demands, Optional<PolicyDiff> diff) {
    String operation = TaskOperation.ROLLBACK.word();
    var scope =
        diff.map(PolicyDiff::blastRadius)
            .map(r -> ChangeScope.of(operation, r.tenants(), r.services()))
            .orElseGet(() -> ChangeScope.unknown(operation));
    return Risks.of(demands, scope);
  }

  /** From what is committed to what comes back; empty where one of them can't be read. */
  private Optional<PolicyDiff> diff(ChangeExecution undone, BaseEpoch from)
      throws InterruptedException {
    var archive = orchestrator.store().archive();
    var committed = archive.committed(from);
    var comes =
        ChangeContent.rollbackTarget(undone.base()) == 0
            ? Optional.of(PolicySet.EMPTY)
            : archive.before(undone);
    return committed.isEmpty() || comes.isEmpty()
        ? Optional.empty()
        : Optional.of(PolicyDiff.between(committed.get(), comes.get()));
  }

  private RequestOutcome end(
      ExecutionRecorder recorder, ExecutionOutcome ending, Leadership leadership)
      throws InterruptedException {
    return finisher.end(recorder, ending, Optional.of(leadership), List.of());
  }

  /** Why it would be refused as things stand; empty where it would not. */
  Optional<String> refusal(String target, BaseEpoch base) throws InterruptedException {
    return switch (ports.procedures().activate(TaskOperation.ROLLBACK)) {
      case Activated.Refused(SkillRefusal refusal) -> Optional.of(refusal.text());
      case Activated.Ready(Procedure procedure) -> refusal(target, base, procedure);
    };
  }

  private Optional<String> refusal(String target, BaseEpoch base, Procedure procedure)
      throws InterruptedException {
    if (base.epoch() == 0) {
      return Optional.of("nothing was committed yet, so there is nothing to roll back");
    }
    boolean committed = target.equals(LAST) || target.equals(base.change());
    if (!committed && new StoredLogReader(ports).records(target).isEmpty()) {
      return Optional.of("there is no execution " + target);
    }
    if (!committed) {
      return Optional.of(
          target
              + " isn't the committed change: that is "
              + base.change()
              + "; roll that back first");
    }
    var fault = KernelPhaseOrder.fault(procedure);
    if (fault.isPresent()) {
      return fault;
    }
    var undone = ledger().read(base.change()).map(StoredExecution::execution);
    if (undone.isEmpty() || undone.get().checkpoint().isEmpty()) {
      return Optional.of(base.change() + " has no checkpoint: set the wanted limits with a change");
    }
    return finisher.baked(undone.get().base())
        ? Optional.empty()
        : Optional.of(
            ("epoch %d never passed its validation, and a rollback restores only "
                    + "validated epochs: set the wanted limits with a change")
                .formatted(undone.get().base().epoch()));
  }

  private NewChange opening(
      ChangeExecution undone, BaseEpoch base, Asked asked, ExecutionRecorder recorder)
      throws InterruptedException {
    String digest = ChangeContent.rollbackDigest(undone.base());
    var plan =
        Map.of(
            "operation", "rollback",
            "undoes", undone.id(),
            "base_epoch", base.epoch(),
            "base_digest", base.digest(),
            "target_digest", digest);
    var mark = ledger().epochMark();
    return new NewChange(
        recorder.execution(),
        recorder.execution(),
        ChangeKind.ROLLBACK,
        Optional.of(ChangeContent.rollbackTarget(undone.base())),
        base,
        digest,
        CanonicalJson.sha256(CanonicalJson.bytes(plan)),
        asked.by().requester(),
        Optional.of(undone.id()),
        RolloutPlan.AT_ONCE,
        Optional.of(SkillPinCheck.followed(TaskOperation.ROLLBACK, asked.procedure())),
        mark.last(),
        mark.revision(),
        orchestrator
            .store()
            .archive()
            .provenanceAgain(ChangeContent.rollbackTarget(undone.base()), mark.last() + 1));
  }

  private static LogEntryContent entry(
      ChangeExecution undone, BaseEpoch base, Optional<PolicyDiff> diff, String plan) {
    var decision =
        RecordedDecision.by(Name.PLAN, "way-back")
            .leading(new Policies(base.digest(), ChangeContent.rollbackDigest(undone.base())));
    var facts = new TreeMap<String, Object>();
    facts.put("undoes", undone.id());
    diff.ifPresent(d -> facts.putAll(DiffFacts.of(d)));
    String differences =
        diff.map(d -> "differences: " + d.differences().size())
            .orElse("the difference isn't known, since a policy set can't be read");
    String detail = "%s; %s, plan %s".formatted(words(undone), differences, plan.substring(0, 12));
    var status = diff.isPresent() ? Status.OK : Status.WARNING;
    return new LogEntryContent(detail, status, facts).deciding(decision);
  }

  private static String words(ChangeExecution undone) {
    return ChangeContent.rollbackTarget(undone.base()) == 0
        ? "back to the state before the first change"
        : "back to the policies of epoch " + undone.base().epoch();
  }

  private ChangeLedger ledger() {
    return orchestrator.store().ledger();
  }
}
