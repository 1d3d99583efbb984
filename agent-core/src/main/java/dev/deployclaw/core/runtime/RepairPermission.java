package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.GatePolicy;
import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.GatePolicy.Verdict;
import dev.deployclaw.core.machine.HeldRepair;
import dev.deployclaw.core.machine.Reach;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.PolicySet;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Whether a repair may write: asked once it is known what it would put back, and before anything is
 * written. The gate passes it or holds it; what was held goes on with the approval that was given
 * for it, if it would still put back the same at the same members.
 */
final class RepairPermission {
  private final HeldRepairs heldRepairs;
  private final GatePolicy gate;
  private final RequestOrigin by;
  private final Optional<Approved> approved;

  /** A held repair, and who approves it. */
  private record Approved(HeldRepairs.Found held, String by) {}

  /** Of a repair that begins. */
  RepairPermission(HeldRepairs heldRepairs, GatePolicy gate, RequestOrigin by) {
    this(heldRepairs, gate, by, Optional.empty());
  }

  /** Of a repair that was held. */
  RepairPermission(
      HeldRepairs heldRepairs, GatePolicy gate, HeldRepairs.Found held, String approver) {
    this(
        heldRepairs,
        gate,
        new RequestOrigin(held.repair().requester(), List.of()),
        Optional.of(new Approved(held, approver)));
  }

  private RepairPermission(
      HeldRepairs heldRepairs, GatePolicy gate, RequestOrigin by, Optional<Approved> approved) {
    this.heldRepairs = heldRepairs;
    this.gate = gate;
    this.by = by;
    this.approved = approved;
  }

  /**
   * How it ends here; empty where it may write.
   *
   * @param committed what would be put back
   * @param found at whom, and why
   */
  Optional<Ending> ask(Base base, PolicySet committed, Standing found, Duty duty)
      throws InterruptedException {
    var plan = RepairPlan.of(base, found);
    duty.story().planned(plan.hash());
    if (approved.isPresent()) {
      return goOn(approved.get(), plan.hash(), duty);
    }
    var risks = Risks.of(by.demands(), reach(committed));
    return switch (gate.admit(by.requester(), risks)) {
      case Verdict.Pass _ -> Optional.empty();
      case Verdict.Hold hold -> Optional.of(hold(hold, plan, duty));
    };
  }

  private Ending hold(Verdict.Hold hold, RepairPlan plan, Duty duty) throws InterruptedException {
    var until = heldRepairs.now().plus(gate.holdFor());
    var repair =
        new HeldRepair(
            duty.story().execution(),
            by.requester(),
            hold.why(),
            plan.hash(),
            plan.base().revision(),
            until.toEpochMilli(),
            hold.approval(),
            plan.found().listed());
    return heldRepairs.keep(repair, hold.rule(), plan.base(), duty);
  }

  private Optional<Ending> goOn(Approved given, String plan, Duty duty)
      throws InterruptedException {
    return given.held().repair().planHash().equals(plan)
        ? heldRepairs.authorize(given.held(), given.by(), duty)
        : Optional.of(
            Ending.aborted(
                Cause.STALE,
                "what differs from the committed epoch is no longer what was approved: ask again"));
  }

  /** It reaches every tenant with a limit; whom it reaches while nothing is managed isn't known. */
  static Reach reach(PolicySet committed) {
    if (committed.tenants().isEmpty()) {
      return Reach.unknown(Operation.REPAIR_DRIFT.word());
    }
    var services = new TreeSet<String>();
    committed
        .tenants()
        .values()
        .forEach(t -> t.limits().forEach(l -> services.add(l.match().service().orElse("*"))));
    return Reach.of(Operation.REPAIR_DRIFT.word(), committed.tenants().keySet(), services);
  }
}
