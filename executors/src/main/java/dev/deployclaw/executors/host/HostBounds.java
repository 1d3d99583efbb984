package dev.deployclaw.executors.host;

import java.time.Duration;

/**
 * What an executor host bears.
 *
 * @param connections at the same time; one more is closed
 * @param calls of one connection at the same time; gRPC lets the others wait
 * @param callsInAll at the same time; one more is answered at once that the host is busy
 * @param messageBytes of one message, either way
 * @param firstBytes how long a connection may say nothing before its first bytes
 * @param idle after which a connection without a call is closed
 * @param executorCalls of one executor at the same time; the others wait in turn
 */
public record HostBounds(
    int connections,
    int calls,
    int callsInAll,
    int messageBytes,
    Duration firstBytes,
    Duration idle,
    int executorCalls) {
  public static final HostBounds DEFAULT =
      new HostBounds(8, 64, 128, 64 << 20, Duration.ofSeconds(10), Duration.ofMinutes(1), 4);
}
