package dev.deployclaw.executors.wire;

import java.util.List;

/**
 * Who an executor host is, as its handshake says.
 *
 * @param build for logs
 * @param incarnation a random text of its start
 * @param revision of the protocol that both speak
 * @param executors what it performs
 * @param isolation what confines it, as it found out by trying
 */
public record HostDescription(
    String build,
    String incarnation,
    int revision,
    List<OfferedExecutor> executors,
    List<IsolationFinding> isolation) {
  public HostDescription {
    executors = List.copyOf(executors);
    isolation = List.copyOf(isolation);
  }
}
