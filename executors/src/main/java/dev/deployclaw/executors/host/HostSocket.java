package dev.deployclaw.executors.host;

import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Where an executor host listens.
 *
 * @param path of a Unix socket, at most 100 bytes
 * @param permissions who may connect
 */
public record HostSocket(Path path, Set<PosixFilePermission> permissions) {
  public HostSocket {
    permissions = Set.copyOf(permissions);
  }

  /** For the user of the process alone: mode 0600. */
  public static HostSocket ownersOnly(Path path) {
    return new HostSocket(path, PosixFilePermissions.fromString("rw-------"));
  }

  /** For the user and the group of the process: mode 0660. */
  public static HostSocket shared(Path path) {
    return new HostSocket(path, PosixFilePermissions.fromString("rw-rw----"));
  }
}
