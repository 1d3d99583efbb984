package dev.deployclaw.core.repair;

import dev.deployclaw.core.drift.DriftReport;
import dev.deployclaw.core.gate.ChangeScope;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.gate.GatePolicy.Risks;
import dev.deployclaw.core.gate.GatePolicy.Verdict;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.planning.RequestOrigin;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Whether a repair may write: asked once it is known what it would put back, and before anything is
 * written. The gate passes it or holds it; what was held goes on with the approval that was given
 * for it, if it would still put back the same at the same members.
 */
record RepairGate(
    HeldRepairStore heldRepairs,
    GatePolicy gate,
    RequestOrigin by,
    Optional<RepairGate.Approved> approved) {
  record Approved(HeldRepairStore.Found held, String by) {}

  RepairGate(HeldRepairStore heldRepairs, GatePolicy gate, RequestOrigin by) {
    this(heldRepairs, gate, by, Optional.empty());
  }

  RepairGate(
      HeldRepairStore heldRepairs, GatePolicy gate, HeldRepairStore.Found held, String approver) {
    this(
        heldRepairs,
        gate,
        new RequestOrigin(held.repair().requester(), List.of()),
        Optional.of(new Approved(held, approver)));
  }

  /**
   * How it ends here; empty where it may write.
   *
   * @param committed what would be put back
   * @param found at whom, and why
   */
  Optional<ExecutionOutcome> ask(
      BaseEpoch base, PolicySet committed, DriftReport found, OrchestrationContext context)
      throws InterruptedException {
    var plan = RepairPlan.of(base, found);
    context.recorder().planned(plan.hash());
    if (approved.isPresent()) {
      return goOn(approved.get(), plan.hash(), context);
    }
    var risks = Risks.of(by.demands(), scope(committed));
    return switch (gate.admit(by.requester(), risks)) {
      case Verdict.Pass _ -> Optional.empty();
      case Verdict.Hold hold -> Optional.of(hold(hold, plan, context));
    };
  }

  private ExecutionOutcome hold(Verdict.Hold hold, RepairPlan plan, OrchestrationContext context)
      throws InterruptedException {
    var until = heldRepairs.now().plus(gate.holdFor());
    var repair =
        new HeldRepair(
            context.recorder().execution(),
            by.requester(),
            hold.why(),
            plan.hash(),
            plan.base().revision(),
            until.toEpochMilli(),
            hold.approval(),
            plan.found().listed());
    return heldRepairs.keep(repair, hold.rule(), plan.base(), context);
  }

  private Optional<ExecutionOutcome> goOn(Approved given, String plan, OrchestrationContext context)
      throws InterruptedException {
    return given.held().repair().planHash().equals(plan)
        ? heldRepairs.authorize(given.held(), given.by(), context)
        : Optional.of(
            ExecutionOutcome.aborted(
                AbortCause.STALE,
                "the differences from the committed epoch are no longer the approved "
                    + "ones: ask again"));
  }

  /** It reaches every tenant with a limit; whom it reaches while nothing is managed isn't known. */
  static ChangeScope scope(PolicySet committed) {
    if (committed.tenants().isEmpty()) {
      return ChangeScope.unknown(TaskOperation.REPAIR_DRIFT.word());
    }
    var services = new TreeSet<String>();
    committed
        .tenants()
        .values()
        .forEach(t -> t.limits().forEach(l -> services.add(l.match().service().orElse("*"))));
    return ChangeScope.of(
        TaskOperation.REPAIR_DRIFT.word(), committed.tenants().keySet(), services);
  }

  /**
   * What a repair puts back, and over what.
   *
   * @param hash SHA-256 of it: what an approval is given for
   * @param found at which members, and how they differ
   */
  private record RepairPlan(BaseEpoch base, DriftReport found, String hash) {
    /** Of a member that is silent only its name counts, since how it is silent changes. */
    static RepairPlan of(BaseEpoch base, DriftReport found) {
      var plan =
          Map.of(
              "operation", TaskOperation.REPAIR_DRIFT.word(),
              "base_epoch", base.epoch(),
              "base_digest", base.digest(),
              "base_revision", base.revision(),
              "members", List.copyOf(found.differing().keySet()),
              "found", found.differences());
      return new RepairPlan(base, found, CanonicalJson.sha256(CanonicalJson.bytes(plan)));
    }
  }
}
