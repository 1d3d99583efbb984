package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.container.file.FileFault;
import dev.deployclaw.policy.wire.ProbeKeyPair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/**
 * The key pair that signs probes: made at first use, readable by its owner only. Its public half is
 * in a file beside it, for an agent whose executor host signs.
 */
public final class ProbeKeyFile {
  private static final String NAME = "probe.key";
  private static final String PUBLIC = "probe.pub";

  private ProbeKeyFile() {}

  /** From now on the private half is hidden in what this process says. */
  static ProbeKeyPair open(Path stateDir) throws SetupException {
    var file = stateDir.resolve(NAME);
    try {
      if (!Files.exists(file)) {
        create(file);
      }
      List<String> lines = Files.readAllLines(file);
      if (lines.size() != 2) {
        throw broken(file, "doesn't hold two lines");
      }
      SecretRegistry.learn(lines.getLast());
      return new ProbeKeyPair(lines.getFirst(), lines.getLast());
    } catch (IllegalArgumentException e) {
      throw broken(file, "doesn't hold an Ed25519 key pair");
    } catch (IOException e) {
      throw unread("the probe key " + file, e);
    }
  }

  /** The public half alone: the line of the private one stays unread. */
  public static String publicKey(Path stateDir) throws SetupException {
    var known = stateDir.resolve(PUBLIC);
    var file = stateDir.resolve(NAME);
    try {
      if (Files.exists(known)) {
        return Files.readString(known).strip();
      }
      if (!Files.exists(file)) {
        create(file);
      }
      String key = firstLine(file);
      AtomicFile.write(known, (key + "\n").getBytes(StandardCharsets.US_ASCII));
      return key;
    } catch (IOException | UncheckedIOException e) {
      throw unread("the public probe key " + known, e);
    }
  }

  /** Byte by byte, so that nothing behind it comes into this process. */
  private static String firstLine(Path file) throws IOException {
    var line = new StringBuilder();
    try (var in = Files.newInputStream(file)) {
      for (int next = in.read(); next != -1 && next != '\n'; next = in.read()) {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  private static SetupException unread(String what, Exception e) {
    return new SetupException(
        what + " can't be read: " + FileFault.words(e) + "; check its permissions");
  }

  private static SetupException broken(Path file, String what) {
    return new SetupException(
        "the probe key " + file + " " + what + "; remove it: a new one is made");
  }

  /** Written aside and linked into place, so that two first starts agree on one key. */
  private static void create(Path file) throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    var keys = ProbeKeyPair.generate();
    Files.createDirectories(file.resolveSibling(""));
    var aside = Files.createTempFile(file.resolveSibling(""), NAME, ".new", ownerOnly);
    try {
      Files.write(aside, List.of(keys.publicKey(), keys.privateKey()));
      Files.createLink(file, aside);
    } catch (FileAlreadyExistsException e) {
      // another start was first; its key holds
    } finally {
      Files.delete(aside);
    }
  }
}
