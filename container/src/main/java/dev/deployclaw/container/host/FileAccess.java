package dev.deployclaw.container.host;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;

/**
 * What a user without capabilities reaches by the rights of files (POSIX). Groups don't count: the
 * host's user is in none but its own.
 */
public record FileAccess(int user) {

  /** Whether it reads a file or folder; one that isn't there is no obstacle. */
  public boolean reads(Path path) {
    return reaches(path, PosixFilePermission.OWNER_READ, PosixFilePermission.OTHERS_READ);
  }

  public boolean writes(Path path) {
    return reaches(path, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OTHERS_WRITE);
  }

  private boolean reaches(Path path, PosixFilePermission owner, PosixFilePermission others) {
    try {
      var target = path.toRealPath();
      for (var up = target.getParent(); up != null; up = up.getParent()) {
        if (!may(up, PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OTHERS_EXECUTE)) {
          return false;
        }
      }
      return may(target, owner, others);
    } catch (IOException e) {
      return !Files.exists(path);
    }
  }

  private boolean may(Path path, PosixFilePermission owner, PosixFilePermission others) {
    try {
      Map<String, Object> seen = Files.readAttributes(path, "unix:uid,permissions");
      boolean owns = Integer.valueOf(user).equals(seen.get("uid"));
      return seen.get("permissions") instanceof Set<?> rights
          && rights.contains(owns ? owner : others);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
