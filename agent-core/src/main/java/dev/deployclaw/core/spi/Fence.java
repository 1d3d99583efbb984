package dev.deployclaw.core.spi;

/**
 * Who may write: the term of the leader that sends the call. A back end that has seen a higher term
 * or epoch answers {@link Fault.Conflict}.
 */
public record Fence(String leader, long term) {
  /** For calls that only look. */
  public static final Fence NONE = new Fence("", 0);
}
