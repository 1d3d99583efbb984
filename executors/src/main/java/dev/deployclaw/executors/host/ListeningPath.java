package dev.deployclaw.executors.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where a socket is bound, before it gets its permissions and its name: in a folder for the owner
 * alone, so that at no moment anybody else can connect. An old socket of the name is replaced.
 */
record ListeningPath(Path folder, Path bound) implements AutoCloseable {
  /** The kernel takes 107; the folder's name is somewhat longer than the socket's. */
  private static final int MOST_BYTES = 100;

  static ListeningPath beside(Path socket) throws IOException {
    Path parent = socket.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IOException(socket + " names no socket");
    }
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));
    Path folder = Files.createTempDirectory(parent, ".", ownerOnly);
    Path bound = folder.resolve("s");
    for (Path path : new Path[] {bound, socket.toAbsolutePath()}) {
      if (path.toString().getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
        Files.delete(folder);
        throw new IOException(path + " is too long for a socket: at most " + MOST_BYTES + " bytes");
      }
    }
    return new ListeningPath(folder, bound);
  }

  /** Gives the bound socket its permissions, then its name. */
  Published publish(HostSocket socket) throws IOException {
    Files.setPosixFilePermissions(bound, socket.permissions());
    var published = new Published(socket.path(), inode(bound));
    Files.move(bound, socket.path(), StandardCopyOption.ATOMIC_MOVE);
    return published;
  }

  private static Object inode(Path path) throws IOException {
    return Files.getAttribute(path, "unix:ino");
  }

  /** A socket under its name, until another start takes the name. */
  record Published(Path path, Object identity) {
    void remove() throws IOException {
      try {
        if (inode(path).equals(identity)) {
          Files.deleteIfExists(path);
        }
      } catch (NoSuchFileException _) {
        // Somebody removed it already.
      }
    }
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(bound);
    Files.deleteIfExists(folder);
  }
}
