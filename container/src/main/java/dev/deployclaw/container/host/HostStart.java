package dev.deployclaw.container.host;

import dev.deployclaw.container.config.HostConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.executors.host.HostSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * What an executor host is told at its start.
 *
 * @param key of the grants that it takes
 * @param socket where it listens
 * @param endsWithInput whether it ends when its standard input does
 */
record HostStart(GrantKey key, HostSocket socket, boolean endsWithInput) {
  private static final int LONGEST_KEY = 128;

  /** From its agent by standard input. Where a key file is named, it makes a key itself. */
  static HostStart of(HostConfig config) throws IOException, SetupException {
    var socket =
        config
            .socket()
            .orElseThrow(() ->
                new SetupException(
                    "no socket is named: set DEPLOYCLAW_HOST_SOCKET, or host.socket"));
    if (config.keyFile().isEmpty()) {
      return new HostStart(read(System.in), HostSocket.ownersOnly(socket), true);
    }
    var key = GrantKey.random();
    write(config.keyFile().get(), key);
    return new HostStart(key, HostSocket.shared(socket), false);
  }

  /** One line, byte by byte: nothing of it stays in a buffer of the JDK. */
  private static GrantKey read(InputStream in) throws IOException, SetupException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next != -1 && next != '\n'; next = in.read()) {
      line.write(next);
      if (line.size() > LONGEST_KEY) {
        throw new SetupException("the line on standard input is no key");
      }
    }
    try {
      return GrantKey.ofHex(line.toString(StandardCharsets.US_ASCII).strip());
    } catch (IllegalArgumentException e) {
      throw new SetupException("standard input has no key: " + e.getMessage());
    }
  }

  /** For the owner and the group of the folder, in which the agent is. */
  private static void write(Path file, GrantKey key) throws IOException {
    var rights = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r--r-----"));
    var next = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(next);
    Files.createFile(
        next, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(next, key.hex() + "\n");
    Files.setPosixFilePermissions(next, rights.value());
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
