package dev.deployclaw.ratelimit.listener;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * A socket in the file system: who may write the file may ask. Bound in a folder that only this
 * user may enter, and moved to its place once owner and mode are right, so that it is never open to
 * more, and takes the place of one that a killed service left.
 *
 * @param mode of the file
 * @param group that owns it; empty for the process' own
 */
public record UnixSocket(Path path, Set<PosixFilePermission> mode, Optional<String> group) {
  /** {@code sun_path} has 108 bytes, and the folder it is bound in first takes some. */
  private static final int LONGEST_PATH = 80;

  public UnixSocket {
    mode = Set.copyOf(mode);
    if (!path.isAbsolute() || path.getFileName() == null) {
      throw new IllegalArgumentException("must be an absolute path: " + path);
    }
    if (path.toString().length() > LONGEST_PATH) {
      throw new IllegalArgumentException("is longer than " + LONGEST_PATH + " letters: " + path);
    }
  }

  /** Where it is bound first. */
  Path draft() throws IOException {
    var parent = folder();
    if (!Files.isDirectory(parent)) {
      throw new IOException("there is no folder for the socket " + path + ": create " + parent);
    }
    var rights = PosixFilePermissions.fromString("rwx------");
    return Files.createTempDirectory(parent, ".s", PosixFilePermissions.asFileAttribute(rights))
        .resolve("s");
  }

  /** Opens it to those that it is for. */
  void publish(Path bound) throws IOException {
    var file = Files.getFileAttributeView(bound, PosixFileAttributeView.class);
    if (group.isPresent()) {
      var names = bound.getFileSystem().getUserPrincipalLookupService();
      file.setGroup(names.lookupPrincipalByGroupName(group.get()));
    }
    file.setPermissions(mode);
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && isFile()) {
      throw new IOException(path + " exists and isn't a socket: move it away");
    }
    Files.move(bound, path, StandardCopyOption.ATOMIC_MOVE);
    Files.delete(bound.resolveSibling(""));
  }

  /** Deletes the draft; where it was published and its folder is gone, the socket. */
  void withdraw(Path bound) throws IOException {
    Files.deleteIfExists(bound);
    if (!Files.deleteIfExists(bound.resolveSibling(""))) {
      Files.deleteIfExists(path);
    }
  }

  private boolean isFile() {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        || Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)
        || Files.isSymbolicLink(path);
  }

  private Path folder() {
    var parent = path.getParent();
    return parent == null ? path : parent;
  }
}
