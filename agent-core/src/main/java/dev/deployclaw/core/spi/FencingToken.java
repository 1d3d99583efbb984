package dev.deployclaw.core.spi;

/**
 * Who may write: the term of the leader that sends the call. A back end that has seen a higher term
 * or epoch answers {@link CallFault.Conflict}.
 */
public record FencingToken(String leader, long term) {
  /** For calls that only look. */
  public static final FencingToken NONE = new FencingToken("", 0);
}
