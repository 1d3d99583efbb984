package dev.deployclaw.executors.sources;

import dev.deployclaw.executors.sandbox.WriteBack;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder of policy documents.
 *
 * @param tenants which it may define: names, or {@code *} for any
 * @param writeBack how it is brought to what requests changed
 */
public record SourceFolder(
    Path folder, String namespace, List<String> tenants, WriteBack writeBack) {
  public SourceFolder {
    tenants = List.copyOf(tenants);
  }
}
