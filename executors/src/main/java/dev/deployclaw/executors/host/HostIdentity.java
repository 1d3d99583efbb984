package dev.deployclaw.executors.host;

import dev.deployclaw.executors.wire.IsolationFinding;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.util.List;

/**
 * What an executor host says of itself.
 *
 * @param build for logs
 * @param isolation what confines it, as it found out by trying
 * @param revisions of the protocol that it speaks
 */
public record HostIdentity(
    String build, List<IsolationFinding> isolation, ProtocolRevisions revisions) {
  public HostIdentity {
    isolation = List.copyOf(isolation);
  }
}
