package dev.deployclaw.core.machine;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Decision.Policies;
import dev.deployclaw.core.machine.State.Aborted;
import dev.deployclaw.core.machine.State.Aborting;
import dev.deployclaw.core.machine.State.Baked;
import dev.deployclaw.core.machine.State.Baking;
import dev.deployclaw.core.machine.State.Checkpointed;
import dev.deployclaw.core.machine.State.Cleared;
import dev.deployclaw.core.machine.State.Committed;
import dev.deployclaw.core.machine.State.Completed;
import dev.deployclaw.core.machine.State.Converged;
import dev.deployclaw.core.machine.State.Failed;
import dev.deployclaw.core.machine.State.Held;
import dev.deployclaw.core.machine.State.Opened;
import dev.deployclaw.core.machine.State.Prepared;
import dev.deployclaw.core.machine.State.Published;
import dev.deployclaw.core.machine.State.Resumed;
import dev.deployclaw.core.machine.State.RolledBack;
import dev.deployclaw.core.machine.State.Soaking;
import dev.deployclaw.core.machine.State.Staged;
import dev.deployclaw.core.machine.State.Undoing;
import dev.deployclaw.core.machine.State.Widened;
import dev.deployclaw.core.machine.State.Withdrawing;

/** Which decision each move of a change is, and by which rule it is made. Pure; any thread. */
final class Decisions {
  private Decisions() {}

  static Decision opening(Execution x) {
    return Decision.by(Name.OPEN, x.kind().word());
  }

  /**
   * @param x as the event leaves it
   */
  static Decision of(Event event, Execution x) {
    return switch (x.state()) {
      case Opened _ -> opening(x);
      case Checkpointed _ -> Decision.by(Name.CHECKPOINT, stored(x) ? "stored" : "pending");
      case Staged _ -> Decision.by(Name.STAGE, "nobody-acts").leading(new Policies("", x.digest()));
      case Prepared p -> Decision.by(Name.VOTES, p.absent().isEmpty() ? "all" : "without-absent");
      case Held _ -> Decision.by(Name.HOLD, holding(event));
      case Resumed _ -> Decision.by(Name.APPROVE, "approver");
      case Cleared c -> Decision.by(Name.PASS, c.rule());
      case Widened _ ->
          Decision.by(Name.WIDEN, watched(event) ? "watched" : "first-cohort").leading(on(x));
      case Committed _ ->
          Decision.by(Name.COMMIT, watched(event) ? "watched" : "at-once").leading(on(x));
      case Baking _ -> Decision.by(Name.BAKE, "validated");
      case Withdrawing _ ->
          Decision.by(Name.WITHDRAW, withdrawing(event))
              .leading(new Policies(x.digest(), x.base().digest()));
      case Published _ -> Decision.by(Name.PUBLISH, everybody(x, "everybody-took-it"));
      case Converged _ -> Decision.by(Name.CONVERGE, everybody(x, "everybody-acts"));
      case Soaking _ -> Decision.by(Name.SOAK, "validated");
      case Baked _ -> Decision.by(Name.PROVE, watched(event) ? "watched" : "validated");
      case Completed _ -> Decision.by(Name.COMPLETE, "collected");
      case Undoing _ -> Decision.by(Name.UNDO, "refused");
      case RolledBack r ->
          Decision.by(
              Name.PUT_BACK, everybody(x, r.by().equals(x.id()) ? "withdrawn" : "compensation"));
      case Failed _ -> Decision.by(Name.FAIL, failing(event));
      case Aborting a -> Decision.by(Name.ABORT, a.cause().word());
      case Aborted a ->
          Decision.by(Name.DISCARD, a.leftovers().isEmpty() ? "nothing-left" : "left-behind");
    };
  }

  /** The rule by which it is so for everybody; for all but some it is so by a person's word. */
  private static String everybody(Execution x, String rule) {
    return x.leftOut().isEmpty() ? rule : "persons-word";
  }

  private static Policies on(Execution x) {
    return new Policies(x.base().digest(), x.digest());
  }

  private static boolean stored(Execution x) {
    return x.checkpoint().filter(Checkpoint::stored).isPresent();
  }

  private static boolean watched(Event event) {
    return event instanceof Event.Soaked;
  }

  private static String holding(Event event) {
    if (event instanceof Event.GateHeld held) {
      return held.rule();
    }
    throw new IllegalStateException("only the gate holds: " + event);
  }

  private static String withdrawing(Event event) {
    if (event instanceof Event.Superseded) {
      return "overtaken";
    }
    return event instanceof Event.Stopped ? "stopped" : "refused";
  }

  private static String failing(Event event) {
    if (event instanceof Event.Superseded) {
      return "overtaken";
    }
    return event instanceof Event.NotCompensated ? "not-put-back" : "way-back-refused";
  }
}
