package dev.deployclaw.executors.host;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Where an executor host listens.
 *
 * @param path of a Unix socket, at most 100 bytes
 * @param permissions who may connect
 * @param group that the socket belongs to, where it isn't the process's
 */
public record HostSocket(Path path, Set<PosixFilePermission> permissions, Optional<String> group) {
  public HostSocket {
    permissions = Set.copyOf(permissions);
  }

  /** For the user of the process alone: mode 0600. */
  public static HostSocket ownersOnly(Path path) {
    return new HostSocket(path, PosixFilePermissions.fromString("rw-------"), Optional.empty());
  }

  /** For the user of the process and one group: mode 0660. */
  public static HostSocket sharedWith(Path path, String group) {
    return new HostSocket(path, PosixFilePermissions.fromString("rw-rw----"), Optional.of(group));
  }
}
