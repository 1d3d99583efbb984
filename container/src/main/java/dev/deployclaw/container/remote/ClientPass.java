package dev.deployclaw.container.remote;

import dev.deployclaw.container.host.HostFiles;
import dev.deployclaw.core.environment.SecretText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;

/**
 * A secret of one start, in a file for the agent's user beside the socket. Who sends it may read
 * the agent's files. An executor host or plugin may not, though it be of that user or have
 * capabilities: Landlock mediates files, but not connecting to sockets that have a path.
 */
record ClientPass(String text) {
  static final String FILE = HostFiles.PASS;
  private static final int BYTES = 32;

  /** Of a listener that starts now. */
  static ClientPass create(Path stateDir) throws IOException {
    var pass = new ClientPass(SecretText.hex(BYTES));
    var file = stateDir.resolve(FILE);
    Files.deleteIfExists(file);
    var own = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Files.writeString(Files.createFile(file, own), pass.text());
    return pass;
  }

  /** Of the listener at a socket. */
  static ClientPass beside(Path socket) throws IOException {
    return new ClientPass(Files.readString(socket.resolveSibling(FILE)));
  }

  boolean matches(ClientPass given) {
    return MessageDigest.isEqual(bytes(), given.bytes());
  }

  private byte[] bytes() {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public String toString() {
    return "ClientPass[***]";
  }
}
