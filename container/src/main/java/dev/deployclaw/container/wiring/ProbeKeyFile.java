package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.policy.wire.ProbeKeyPair;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** The key pair that signs probes: made at first use, readable by its owner only. */
final class ProbeKeyFile {
  private static final String NAME = "probe.key";

  private ProbeKeyFile() {}

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
      return new ProbeKeyPair(lines.getFirst(), lines.getLast());
    } catch (IllegalArgumentException e) {
      throw broken(file, "doesn't hold an Ed25519 key pair");
    } catch (IOException e) {
      throw new SetupException(
          "the probe key " + file + " can't be read: " + e + "; check its permissions");
    }
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
