package dev.deployclaw.core.store;

/** A record in the state store is not what this version writes: stop, and let a person look. */
public final class UnreadableRecordException extends RuntimeException {
  public UnreadableRecordException(String message) {
    super(message);
  }
}
