package dev.deployclaw.core.machine;

import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
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
import dev.deployclaw.core.machine.Transition.Note;

/** What the log says when an execution has reached a state. */
final class TransitionNotes {
  private TransitionNotes() {}

  /** Nothing is said of everybody where it isn't true of all. */
  static Note of(ChangeExecution x) {
    var note = note(x);
    return x.leftOut()
        .map(l -> new Note(note.phase(), note.detail() + ", " + l.words(), worse(note.status())))
        .orElse(note);
  }

  private static Status worse(Status status) {
    return status == Status.OK ? Status.WARNING : status;
  }

  private static Note note(ChangeExecution x) {
    return switch (x.state()) {
      case Opened _ -> ok(Phase.OPEN, "epoch " + x.epoch() + " on epoch " + x.base().epoch());
      case Checkpointed _ -> ok(Phase.CHECKPOINT, checkpoint(x));
      case Staged _ -> ok(Phase.STAGE, "epoch " + x.epoch() + " is staged and not active yet");
      case Prepared p -> prepared(p);
      case Held h -> new Note(Phase.GATE, "held: " + h.why(), Status.WARNING);
      case Resumed _ -> ok(Phase.GATE, "approved by " + x.approval().map(Approval::who).orElse(""));
      case Cleared c -> ok(Phase.GATE, "passed by rule " + c.rule());
      case Widened w ->
          ok(
              Phase.COMMIT,
              "active names epoch %d as candidate beside epoch %d: %s"
                  .formatted(x.epoch(), x.base().epoch(), widening(x, w.stage())));
      case Baking b -> ok(Phase.BAKE, "watched at " + widening(x, b.stage()));
      case Withdrawing w ->
          new Note(
              Phase.FINISH, // begins no step of its own: a widening may still be applied late
              "active names only epoch " + x.base().epoch() + " again: " + w.reason(),
              Status.ERROR);
      case Committed _ -> ok(Phase.COMMIT, "active moved to epoch " + x.epoch());
      case Published _ -> ok(Phase.PUBLISH, "epoch " + x.epoch() + " is published");
      case Converged _ -> ok(Phase.CONVERGE, "every enforcement point enforces it");
      case Soaking _ ->
          ok(
              Phase.BAKE,
              "every participant has epoch " + x.epoch() + ", and its monitoring begins");
      case Baked _ -> ok(Phase.BAKE, "epoch " + x.epoch() + " may be a rollback's target");
      case Completed _ -> ok(Phase.FINISH, "epoch " + x.epoch() + " is complete");
      case Undoing u -> new Note(Phase.ROLLBACK, "rolling back: " + u.reason(), Status.ERROR);
      case RolledBack r -> ok(Phase.ROLLBACK, putBack(x, r));
      case Failed f -> new Note(Phase.FINISH, f.reason(), Status.ERROR);
      case Aborting a -> new Note(Phase.FINISH, "aborting: " + a.reason(), Status.ERROR);
      case Aborted a -> aborted(a);
    };
  }

  private static String widening(ChangeExecution x, int stage) {
    return "widening %d of %d, positions below %d"
        .formatted(stage + 1, x.rollout().widenings(), x.rollout().cohorts().get(stage));
  }

  private static String putBack(ChangeExecution x, RolledBack r) {
    return r.by().equals(x.id())
        ? "every request is decided by epoch " + x.base().epoch() + " again"
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

  private static String checkpoint(ChangeExecution x) {
    return x.checkpoint()
        .map(c -> c.stored() ? c.object() + " is stored and read back" : "stored only in etcd")
        .orElse("");
  }

  private static Note ok(Phase phase, String detail) {
    return new Note(phase, detail, Status.OK);
  }
}
