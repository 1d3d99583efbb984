package dev.deployclaw.executors.host;

import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.ObjectStore;
import java.util.List;
import java.util.Optional;

/**
 * What an executor host acts with.
 *
 * @param executors bare: the host bounds and meters them
 * @param objects the bucket, where the host has one
 * @param table of operations; what an executor can do and isn't in it is neither offered nor done
 */
public record HostedExecutors(
    List<BackendExecutor> executors, Optional<ObjectStore> objects, OperationAllowlist table) {
  public HostedExecutors {
    executors = List.copyOf(executors);
  }
}
