package dev.deployclaw.core.machine;

import java.util.Optional;

/**
 * The life of one change: what it is, on what it stands, and where it is. Stored as JSON under
 * {@code change/<id>}.
 *
 * @param id also the execution's id, but for a compensation, which has one of its own
 * @param log the execution in whose log its records stand
 * @param epoch allocated when it opened, never reused
 * @param content the epoch whose content it carries: its own, or for a way back the predecessor's
 * @param digest of the policy set that it carries
 * @param undoes the execution that a way back undoes
 * @param turn how many transitions were recorded, this one included
 */
public record Execution(
    String id,
    String log,
    Kind kind,
    long epoch,
    long content,
    Base base,
    String digest,
    String planHash,
    String requester,
    Optional<String> undoes,
    Optional<Checkpoint> checkpoint,
    Optional<Approval> approval,
    int turn,
    State state) {

  /** Whether it puts back what was found before the first change. */
  public boolean restores() {
    return kind.back() && content == 0;
  }

  public byte[] bytes() {
    return ExecutionCodec.write(this);
  }

  /**
   * @throws Unreadable when the bytes aren't what {@link #bytes()} writes
   */
  public static Execution read(byte[] bytes) {
    return ExecutionCodec.read(bytes);
  }

  Execution moved(State to) {
    return copy(checkpoint, approval, to);
  }

  Execution with(Checkpoint taken) {
    return copy(Optional.of(taken), approval, state);
  }

  Execution with(Approval given) {
    return copy(checkpoint, Optional.of(given), state);
  }

  Execution nextTurn() {
    return new Execution(
        id,
        log,
        kind,
        epoch,
        content,
        base,
        digest,
        planHash,
        requester,
        undoes,
        checkpoint,
        approval,
        turn + 1,
        state);
  }

  private Execution copy(Optional<Checkpoint> taken, Optional<Approval> given, State to) {
    return new Execution(
        id, log, kind, epoch, content, base, digest, planHash, requester, undoes, taken, given,
        turn, to);
  }
}
