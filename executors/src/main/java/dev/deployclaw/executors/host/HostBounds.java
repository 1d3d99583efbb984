package dev.deployclaw.executors.host;

import java.time.Duration;

/**
 * What an executor host bears.
 *
 * @param connections at the same time; one more is closed
 * @param calls of one connection at the same time; gRPC lets the others wait
 * @param callsInAll at the same time; one more is answered at once that the host is busy
 * @param messageBytes of one message, either way
 * @param inboundBytes of all calls together; one that doesn't fit is refused
 * @param firstBytes how long a connection may say nothing before its first bytes
 * @param idle after which a connection without a call is closed
 * @param executorCalls of one executor at the same time; the others wait in turn
 */
public record HostBounds(
    int connections,
    int calls,
    int callsInAll,
    int messageBytes,
    long inboundBytes,
    Duration firstBytes,
    Duration idle,
    int executorCalls) {
  private static final int MESSAGE = 64 << 20;

  public static final HostBounds DEFAULT =
      new HostBounds(
          8, 64, 128, MESSAGE, inbound(), Duration.ofSeconds(10), Duration.ofMinutes(1), 4);

  /** 256 MiB, in a small heap half of it, but always one whole message. */
  private static long inbound() {
    return Math.clamp(Runtime.getRuntime().maxMemory() / 2, MESSAGE, 4L * MESSAGE);
  }
}
