package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.signing.HeadSigner.NotRotated;
import dev.deployclaw.audit.verify.chain.HeadSignature;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The signing key and the records of its rotations on disk. A rotation takes three steps, each a
 * whole file: the new key beside the old one, then the record that both signed, then the new key in
 * place of the old. The record decides: a process that dies before it has the old key, one that
 * dies after it has the new one.
 */
final class SigningKeyStore {
  private static final int MOST_ROTATIONS = 1_000;
  private static final int LOOKS = 3;
  private static final Set<StandardOpenOption> LOCKED =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);

  private final Path folder;
  private final Path key;
  private final Path next;
  private final Path rotations;

  SigningKeyStore(Path stateDir) {
    this.folder = stateDir.toAbsolutePath();
    this.key = folder.resolve("audit-key.pem");
    this.next = folder.resolve("audit-key.next.pem");
    this.rotations = folder.resolve("audit-rotations.jsonl");
  }

  /**
   * What signs now.
   *
   * @param rotations that led to it, the oldest first
   */
  record Current(SigningKey key, List<Map<String, Object>> rotations) {}

  boolean made() {
    return Files.exists(key);
  }

  /** Makes the key if there is none. Nobody sees half a key, and two that make it get one. */
  void make() {
    try {
      if (!Files.exists(key)) {
        Files.createDirectories(folder);
        Path fresh = written(SigningKey.fresh());
        try {
          Files.createLink(key, fresh);
        } catch (FileAlreadyExistsException e) {
          // Another process was first: its key is the one.
        } finally {
          Files.delete(fresh);
        }
      }
      var _ = current();
    } catch (IOException e) {
      throw new UncheckedIOException("no signing key in " + key, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
  }

  /**
   * Where a rotation was recorded and its key isn't in place yet, that is done first. Another
   * process may be just about it, so that it is looked at twice.
   */
  Current current() {
    for (int look = 1; look <= LOOKS; look++) {
      var done = rotations();
      var there = read(key);
      String last = done.isEmpty() ? there.known() : String.valueOf(done.getLast().get("new"));
      if (last.equals(there.known())) {
        return new Current(there, done);
      }
      settle(last);
    }
    throw new IllegalStateException(
        "the key in %s isn't the one that its last rotation in %s leads to"
            .formatted(key, rotations));
  }

  /** One process at a time. */
  String rotate(String time) throws NotRotated {
    requireOwn();
    try (var channel = FileChannel.open(folder.resolve(".audit-key.lock"), LOCKED);
        var lock = channel.tryLock()) {
      if (lock == null) {
        throw new NotRotated("another process is rotating the key: see deployclaw audit key");
      }
      return rotateAlone(time);
    } catch (OverlappingFileLockException e) {
      throw new NotRotated("the key is being rotated: see deployclaw audit key");
    } catch (IOException e) {
      throw new UncheckedIOException("can't rotate " + key, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has Ed25519", e);
    }
  }

  /** Both keys sign only what was read back from the disk. */
  private String rotateAlone(String time) throws NotRotated, IOException, GeneralSecurityException {
    var old = current();
    if (old.rotations().size() >= MOST_ROTATIONS) {
      throw new NotRotated(
          "the key was rotated "
              + MOST_ROTATIONS
              + " times: move both files away, and start again with a new key");
    }
    place(written(SigningKey.fresh()), next);
    var fresh = read(next);
    place(written(lines(old, rotation(old, fresh, time))), rotations);
    settle(fresh.known());
    return current().key().known();
  }

  private static Map<String, Object> rotation(Current old, SigningKey fresh, String time) {
    long number = old.rotations().size() + 1L;
    byte[] message = HeadSignature.rotation(number, time, old.key().known(), fresh.known());
    var out = new TreeMap<String, Object>();
    out.put("schema_version", 1L);
    out.put("rotation", number);
    out.put("time", time);
    out.put("old", old.key().known());
    out.put("new", fresh.known());
    out.put("signature_old", old.key().sign(message));
    out.put("signature_new", fresh.sign(message));
    return out;
  }

  private static String lines(Current old, Map<String, Object> rotation) {
    var all = new ArrayList<>(old.rotations());
    all.add(rotation);
    var out = new StringBuilder();
    all.forEach(r -> out.append(JsonFormatter.canonical(r)).append('\n'));
    return out.toString();
  }

  /** A file that is mounted read-only, or a link, is somebody else's. */
  private void requireOwn() throws NotRotated {
    if (!own()) {
      throw new NotRotated(
          ("%s is read-only here: rotate the key in a writable folder, then give %s and "
                  + "%s to every agent")
              .formatted(key, key.getFileName(), rotations.getFileName()));
    }
  }

  private boolean own() {
    try {
      return Files.isRegularFile(key, LinkOption.NOFOLLOW_LINKS)
          && Files.getPosixFilePermissions(key).contains(PosixFilePermission.OWNER_WRITE)
          && Files.isWritable(key)
          && Files.isWritable(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("can't look at " + key, e);
    }
  }

  private List<Map<String, Object>> rotations() {
    var out = new ArrayList<Map<String, Object>>();
    try {
      for (String line : Files.readAllLines(rotations)) {
        out.add(StrictJson.parseObject(line.getBytes(StandardCharsets.UTF_8)));
      }
      return out;
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + rotations, e);
    } catch (StrictJson.Malformed e) {
      throw new IllegalStateException("not a rotation in " + rotations, e);
    }
  }

  private static SigningKey read(Path file) {
    try {
      return SigningKey.read(Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException("no signing key in " + file, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("not an Ed25519 key in " + file, e);
    }
  }

  /** Puts the new key in place, if it is the one that was recorded and is still beside. */
  private void settle(String recorded) {
    try {
      if (Files.exists(next) && SigningKey.read(Files.readString(next)).known().equals(recorded)) {
        place(next, key);
      }
    } catch (NoSuchFileException e) {
      // Another process was first: the same key is in place.
    } catch (IOException e) {
      throw new UncheckedIOException("can't put the new key into " + key, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("not an Ed25519 key in " + next, e);
    }
  }

  /** A synced file of its own, for its owner alone. */
  private Path written(String text) throws IOException {
    var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Path fresh = Files.createTempFile(folder, ".audit-key", "", mine);
    try (var out = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      var content = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
      while (content.hasRemaining()) {
        int _ = out.write(content);
      }
      out.force(true);
    }
    return fresh;
  }

  private void place(Path fresh, Path file) throws IOException {
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    try (var names = FileChannel.open(folder, StandardOpenOption.READ)) {
      names.force(true);
    }
  }
}
