package dev.deployclaw.ratelimit.listener;

import java.util.Optional;

/**
 * Who may ask for what, and where.
 *
 * @param decisions where gateways ask over HTTP; empty for host and port
 * @param envoy where Envoys ask besides a port
 * @param status where the agent asks; empty for host and port, too
 * @param mostConnections of each listener
 */
public record AccessSettings(
    Optional<UnixSocket> decisions,
    Optional<UnixSocket> envoy,
    StatusAccess status,
    int mostConnections) {
  public static final int USUAL_CONNECTIONS = 1_000;

  /** Everybody who reaches host and port. */
  public static final AccessSettings OPEN =
      new AccessSettings(Optional.empty(), Optional.empty(), StatusAccess.OPEN, USUAL_CONNECTIONS);

  /** Whether host and port are for anything: all else may have a place of its own. */
  public boolean needsPort() {
    return decisions.isEmpty() || status.listener().isEmpty();
  }

  /** How many listeners there are, Envoy's port apart. */
  public int listeners() {
    return (needsPort() ? 1 : 0)
        + decisions.map(_ -> 1).orElse(0)
        + envoy.map(_ -> 1).orElse(0)
        + status.listener().map(_ -> 1).orElse(0);
  }
}
