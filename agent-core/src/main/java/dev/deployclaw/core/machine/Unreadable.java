package dev.deployclaw.core.machine;

/** A record in the state store is not what this version writes: stop, and let a person look. */
public final class Unreadable extends RuntimeException {
  private static final long serialVersionUID = 1L;

  Unreadable(String message) {
    super(message);
  }

  Unreadable(String message, Throwable cause) {
    super(message, cause);
  }
}
