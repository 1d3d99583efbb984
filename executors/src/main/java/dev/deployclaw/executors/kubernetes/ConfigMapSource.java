package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.executors.member.WriteBackMode;
import java.util.List;

/**
 * The ConfigMaps of a namespace that hold policy documents, one under each key.
 *
 * @param selector of labels, as {@code kubectl -l} takes it; empty for all ConfigMaps
 * @param tenants which it may define: names, or {@code *} for any
 * @param writeBack how it is brought to what requests changed
 */
public record ConfigMapSource(
    String namespace, String selector, List<String> tenants, WriteBackMode writeBack) {
  public ConfigMapSource {
    tenants = List.copyOf(tenants);
  }
}
