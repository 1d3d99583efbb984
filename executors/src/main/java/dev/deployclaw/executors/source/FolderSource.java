package dev.deployclaw.executors.source;

import dev.deployclaw.executors.member.WriteBackMode;
import java.nio.file.Path;
import java.util.List;

/**
 * A folder of policy documents.
 *
 * @param tenants which it may define: names, or {@code *} for any
 * @param writeBack how it is brought to what requests changed
 */
public record FolderSource(
    Path folder, String namespace, List<String> tenants, WriteBackMode writeBack) {
  public FolderSource {
    tenants = List.copyOf(tenants);
  }
}
