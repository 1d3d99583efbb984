package dev.deployclaw.executors.sources;

import java.nio.file.Path;
import java.util.List;

/**
 * A folder of policy documents.
 *
 * @param tenants which it may define: names, or {@code *} for any
 */
public record SourceFolder(Path folder, String namespace, List<String> tenants) {
  public SourceFolder {
    tenants = List.copyOf(tenants);
  }
}
