package dev.deployclaw.core.machine;

import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.log.RecordedDecision.Policies;
import dev.deployclaw.core.machine.ChangeState.Aborted;
import dev.deployclaw.core.machine.ChangeState.Aborting;
import dev.deployclaw.core.machine.ChangeState.Baked;
import dev.deployclaw.core.machine.ChangeState.Baking;
import dev.deployclaw.core.machine.ChangeState.Checkpointed;
import dev.deployclaw.core.machine.ChangeState.Cleared;
import dev.deployclaw.core.machine.ChangeState.Committed;
import dev.deployclaw.core.machine.ChangeState.Completed;
import dev.deployclaw.core.machine.ChangeState.Converged;
import dev.deployclaw.core.machine.ChangeState.Failed;
import dev.deployclaw.core.machine.ChangeState.Held;
import dev.deployclaw.core.machine.ChangeState.Opened;
import dev.deployclaw.core.machine.ChangeState.Prepared;
import dev.deployclaw.core.machine.ChangeState.Published;
import dev.deployclaw.core.machine.ChangeState.Resumed;
import dev.deployclaw.core.machine.ChangeState.RolledBack;
import dev.deployclaw.core.machine.ChangeState.Soaking;
import dev.deployclaw.core.machine.ChangeState.Staged;
import dev.deployclaw.core.machine.ChangeState.Undoing;
import dev.deployclaw.core.machine.ChangeState.Widened;
import dev.deployclaw.core.machine.ChangeState.Withdrawing;

/** Which decision each move of a change is, and by which rule it is made. Pure; any thread. */
final class TransitionDecisions {
  private TransitionDecisions() {}

  static RecordedDecision opening(ChangeExecution x) {
    return RecordedDecision.by(Name.OPEN, x.kind().word());
  }

  /**
   * @param x as the event leaves it
   */
  static RecordedDecision of(ChangeEvent event, ChangeExecution x) {
    return switch (x.state()) {
      case Opened _ -> opening(x);
      case Checkpointed _ -> RecordedDecision.by(Name.CHECKPOINT, stored(x) ? "stored" : "pending");
      case Staged _ ->
          RecordedDecision.by(Name.STAGE, "nobody-acts").leading(new Policies("", x.digest()));
      case Prepared p ->
          RecordedDecision.by(Name.VOTES, p.absent().isEmpty() ? "all" : "without-absent");
      case Held _ -> RecordedDecision.by(Name.HOLD, holding(event));
      case Resumed _ -> RecordedDecision.by(Name.APPROVE, "approver");
      case Cleared c -> RecordedDecision.by(Name.PASS, c.rule());
      case Widened _ ->
          RecordedDecision.by(Name.WIDEN, watched(event) ? "watched" : "first-cohort")
              .leading(on(x));
      case Committed _ ->
          RecordedDecision.by(Name.COMMIT, watched(event) ? "watched" : "at-once").leading(on(x));
      case Baking _ -> RecordedDecision.by(Name.BAKE, "validated");
      case Withdrawing _ ->
          RecordedDecision.by(Name.WITHDRAW, withdrawing(event))
              .leading(new Policies(x.digest(), x.base().digest()));
      case Published _ -> RecordedDecision.by(Name.PUBLISH, everybody(x, "everybody-took-it"));
      case Converged _ -> RecordedDecision.by(Name.CONVERGE, everybody(x, "everybody-acts"));
      case Soaking _ -> RecordedDecision.by(Name.SOAK, "validated");
      case Baked _ -> RecordedDecision.by(Name.PROVE, watched(event) ? "watched" : "validated");
      case Completed _ -> RecordedDecision.by(Name.COMPLETE, "collected");
      case Undoing _ -> RecordedDecision.by(Name.UNDO, "refused");
      case RolledBack r ->
          RecordedDecision.by(
              Name.PUT_BACK, everybody(x, r.by().equals(x.id()) ? "withdrawn" : "compensation"));
      case Failed _ -> RecordedDecision.by(Name.FAIL, failing(event));
      case Aborting a -> RecordedDecision.by(Name.ABORT, a.cause().word());
      case Aborted a ->
          RecordedDecision.by(
              Name.DISCARD, a.leftovers().isEmpty() ? "nothing-left" : "left-behind");
    };
  }

  /** The rule by which it is so for everybody; for all but some it is so by a person's word. */
  private static String everybody(ChangeExecution x, String rule) {
    return x.leftOut().isEmpty() ? rule : "persons-word";
  }

  private static Policies on(ChangeExecution x) {
    return new Policies(x.base().digest(), x.digest());
  }

  private static boolean stored(ChangeExecution x) {
    return x.checkpoint().filter(Checkpoint::stored).isPresent();
  }

  private static boolean watched(ChangeEvent event) {
    return event instanceof ChangeEvent.Soaked;
  }

  private static String holding(ChangeEvent event) {
    if (event instanceof ChangeEvent.GateHeld held) {
      return held.rule();
    }
    throw new IllegalStateException("only the gate holds: " + event);
  }

  private static String withdrawing(ChangeEvent event) {
    if (event instanceof ChangeEvent.Superseded) {
      return "overtaken";
    }
    return event instanceof ChangeEvent.Stopped ? "stopped" : "refused";
  }

  private static String failing(ChangeEvent event) {
    if (event instanceof ChangeEvent.Superseded) {
      return "overtaken";
    }
    return event instanceof ChangeEvent.NotCompensated ? "not-put-back" : "way-back-refused";
  }
}
