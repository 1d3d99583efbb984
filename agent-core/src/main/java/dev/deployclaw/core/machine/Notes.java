package dev.deployclaw.core.machine;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
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
import dev.deployclaw.core.machine.Transition.Note;

/** What the log says when an execution has reached a state. */
final class Notes {
  private Notes() {}

  /** Nothing is said of everybody where it isn't true of all. */
  static Note of(Execution x) {
    var note = note(x);
    return x.leftOut()
        .map(l -> new Note(note.phase(), note.detail() + ", " + l.words(), worse(note.status())))
        .orElse(note);
  }

  private static Status worse(Status status) {
    return status == Status.OK ? Status.WARNING : status;
  }

  private static Note note(Execution x) {
    return switch (x.state()) {
      case Opened _ -> ok(Phase.OPEN, "epoch " + x.epoch() + " on epoch " + x.base().epoch());
      case Checkpointed _ -> ok(Phase.CHECKPOINT, checkpoint(x));
      case Staged _ -> ok(Phase.STAGE, "epoch " + x.epoch() + " is staged and not acted on");
      case Prepared p -> prepared(p);
      case Held h -> new Note(Phase.GATE, "held: " + h.why(), Status.WARNING);
      case Resumed _ -> ok(Phase.GATE, "approved by " + approver(x));
      case Cleared c -> ok(Phase.GATE, "passed by rule " + c.rule());
      case Widened w -> ok(Phase.COMMIT, widened(x, w.stage()));
      case Baking b -> ok(Phase.BAKE, "watched at " + widening(x, b.stage()));
      case Withdrawing w ->
          new Note(
              Phase.FINISH, // begins no step of its own: a widening may still be applied late
              "active names only epoch " + x.base().epoch() + " again: " + w.reason(),
              Status.ERROR);
      case Committed _ -> ok(Phase.COMMIT, "active moved to epoch " + x.epoch());
      case Published _ -> ok(Phase.PUBLISH, "epoch " + x.epoch() + " is published");
      case Converged _ -> ok(Phase.CONVERGE, "every enforcement point acts on it");
      case Soaking _ -> ok(Phase.BAKE, "everybody has epoch " + x.epoch() + ", and it is watched");
      case Baked _ -> ok(Phase.BAKE, "epoch " + x.epoch() + " may be a rollback's target");
      case Completed _ -> ok(Phase.FINISH, "epoch " + x.epoch() + " is complete");
      case Undoing u -> new Note(Phase.ROLLBACK, "going back: " + u.reason(), Status.ERROR);
      case RolledBack r -> ok(Phase.ROLLBACK, putBack(x, r));
      case Failed f -> new Note(Phase.FINISH, f.reason(), Status.ERROR);
      case Aborting a -> new Note(Phase.FINISH, "aborting: " + a.reason(), Status.ERROR);
      case Aborted a -> aborted(a);
    };
  }

  private static String widened(Execution x, int stage) {
    return "active names epoch %d as candidate beside epoch %d: %s"
        .formatted(x.epoch(), x.base().epoch(), widening(x, stage));
  }

  private static String widening(Execution x, int stage) {
    return "widening %d of %d, positions below %d"
        .formatted(stage + 1, x.rollout().widenings(), x.rollout().cohorts().get(stage));
  }

  private static String putBack(Execution x, RolledBack r) {
    return r.by().equals(x.id())
        ? "everybody is decided by epoch " + x.base().epoch() + " again"
        : "put back by " + r.by();
  }

  private static Note prepared(Prepared p) {
    String votes = p.count() + " votes for the digest";
    return p.absent().isEmpty()
        ? ok(Phase.PREPARE, votes)
        : new Note(
            Phase.PREPARE, votes + "; without " + String.join(", ", p.absent()), Status.WARNING);
  }

  private static Note aborted(Aborted a) {
    return a.leftovers().isEmpty()
        ? ok(Phase.FINISH, "nothing of it is left")
        : new Note(
            Phase.FINISH, "left behind: " + String.join(", ", a.leftovers()), Status.WARNING);
  }

  private static String checkpoint(Execution x) {
    return x.checkpoint()
        .map(c -> c.stored() ? c.object() + " is stored and read back" : "stored only in etcd")
        .orElse("");
  }

  private static String approver(Execution x) {
    return x.approval().map(Approval::who).orElse("");
  }

  private static Note ok(Phase phase, String detail) {
    return new Note(phase, detail, Status.OK);
  }
}
