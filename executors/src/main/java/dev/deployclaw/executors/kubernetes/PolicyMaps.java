package dev.deployclaw.executors.kubernetes;

import java.util.List;

/**
 * The ConfigMaps of a namespace that hold policy documents, one under each key.
 *
 * @param selector of labels, as {@code kubectl -l} takes it; empty for all ConfigMaps
 * @param tenants which it may define: names, or {@code *} for any
 */
public record PolicyMaps(String namespace, String selector, List<String> tenants) {
  public PolicyMaps {
    tenants = List.copyOf(tenants);
  }
}
