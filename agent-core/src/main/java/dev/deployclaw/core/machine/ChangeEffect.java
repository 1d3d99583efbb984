package dev.deployclaw.core.machine;

import dev.deployclaw.core.log.LogEntry.Phase;
import java.util.Optional;

/** What is to be done next. Each can be repeated without harm. */
public enum ChangeEffect {
  /** Observe every participant, store what they hold under its hash, read it back, compare. */
  TAKE_CHECKPOINT(Phase.CHECKPOINT),
  /** Write the epoch where no member acts on it: the configuration store first, then the others. */
  STAGE(Phase.STAGE),
  /** Ask every participant for its vote. */
  PREPARE(Phase.PREPARE),
  /** Ask the gate's policy. */
  JUDGE_GATE(Phase.GATE),
  /** Observe again after an approval, and compare with the checkpoint. */
  OBSERVE_AGAIN(Phase.GATE),
  /** Read the checkpoint's object and hash it again; if it holds, the commit follows at once. */
  VERIFY_CHECKPOINT(Phase.COMMIT),
  /** Publish a candidate's cohort, poll until everybody acts on it, and prove both sides of it. */
  WIDEN(Phase.PUBLISH),
  /** Look on, bounded by the time that is stored. */
  BAKE(Phase.BAKE),
  /** Publish what is committed again, without the candidate, and remove what was staged of it. */
  WITHDRAW(Phase.ROLLBACK),
  PUBLISH(Phase.PUBLISH),
  /** Poll, bounded, until every enforcement point acts on the epoch. */
  CONVERGE(Phase.CONVERGE),
  /** Send synthetic requests, or for a compensation compare digests. */
  VALIDATE(Phase.VALIDATE),
  /** Remove epochs that nothing needs. */
  COLLECT(Phase.FINISH),
  /** Open and carry out the change that puts back what stood before. */
  COMPENSATE,
  /** Remove what was staged. */
  DISCARD(Phase.FINISH),
  /** Nothing: it waits for a person, or it is over. */
  REST;

  private final Optional<Phase> phase;

  /** Its time counts to no phase: nothing takes none, and a compensation counts its own. */
  ChangeEffect() {
    this.phase = Optional.empty();
  }

  ChangeEffect(Phase phase) {
    this.phase = Optional.of(phase);
  }

  /** The phase that the time of this effect counts to. */
  public Optional<Phase> phase() {
    return phase;
  }
}
