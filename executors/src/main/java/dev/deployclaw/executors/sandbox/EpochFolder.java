package dev.deployclaw.executors.sandbox;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's folder on this machine: {@code epochs/<E>/} with the files of each epoch that is
 * kept, the link {@code live} to the one that is read, and {@code fence} beside it, which says who
 * moved the link last. Every write is whole or absent after a crash. Who moves the link holds a
 * lock of the operating system meanwhile, which dies with its process.
 */
public record EpochFolder(Path root) {
  /** What NGINX reads. */
  public static final String FILE = "nginx.conf";

  /** Which workers ran before the epoch's file was to be read; absent where none was to be. */
  public static final String WORKERS = "before-reload";

  public static final String FENCE = "fence";

  private static final Pattern TARGET = Pattern.compile("epochs/(0|[1-9]\\d{0,17})");
  private static final String LOCK = "fence.lock";
  private static final Duration LOCKED = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(20);

  /** What {@code live} points to, as it is written; empty where there is no such link. */
  public Optional<String> target() throws IOException {
    return Files.isSymbolicLink(live())
        ? Optional.of(Files.readSymbolicLink(live()).toString())
        : Optional.empty();
  }

  /** The epoch that {@code live} points to; empty where it points elsewhere, or nowhere. */
  public OptionalLong liveEpoch() throws IOException {
    var match = TARGET.matcher(target().orElse(""));
    return match.matches() ? OptionalLong.of(Long.parseLong(match.group(1))) : OptionalLong.empty();
  }

  /** The epochs of which something is kept, and where. */
  public Map<String, Object> kept() throws IOException {
    var found = new TreeMap<String, Object>();
    try (var folders = Files.newDirectoryStream(root.resolve("epochs"))) {
      for (Path folder : folders) {
        var match = TARGET.matcher("epochs/" + folder.getFileName());
        if (match.matches()) {
          found.put(match.group(1), match.group());
        }
      }
    } catch (NoSuchFileException e) {
      return Map.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return found;
  }

  /** What NGINX reads when it reads its file again. */
  public Optional<byte[]> liveFile() throws IOException {
    return bytes(live().resolve(FILE));
  }

  /** A file of an epoch. */
  public Optional<byte[]> file(long epoch, String name) throws IOException {
    return bytes(path(epoch, name));
  }

  /** A file of an epoch, as text. */
  public Optional<String> text(long epoch, String name) throws IOException {
    return file(epoch, name).map(b -> new String(b, StandardCharsets.UTF_8));
  }

  public Path path(long epoch, String name) {
    return folder(epoch).resolve(name);
  }

  /** Who moved the link last: what the fence says, and the link where that is further. */
  public Mark standing() throws IOException {
    var fence =
        bytes(root.resolve(FENCE))
            .map(b -> Mark.parse(new String(b, StandardCharsets.UTF_8)))
            .orElse(Mark.NOBODY);
    return new Mark(fence.term(), Math.max(fence.epoch(), liveEpoch().orElse(0)));
  }

  /** Returns when the file is on disk under its name. */
  public void write(long epoch, String name, byte[] text) throws IOException {
    Files.createDirectories(folder(epoch));
    replace(path(epoch, name), text);
    sync(folder(epoch).resolveSibling(""));
  }

  /**
   * Compares the fence with the mark, and in one step that nobody can come between sets it and
   * makes {@code live} point to the mark's epoch.
   *
   * @return why not, where somebody later was here; then nothing was changed
   */
  public Optional<String> switchTo(Mark mark) throws IOException, InterruptedException {
    try (var file = FileChannel.open(root.resolve(LOCK), CREATE, WRITE);
        var _ = lock(file)) {
      var refused = mark.refusedBy(standing());
      if (refused.isEmpty()) {
        replace(root.resolve(FENCE), mark.text().getBytes(StandardCharsets.UTF_8));
        link(mark.epoch());
      }
      return refused;
    }
  }

  /** Removes an epoch that isn't live. */
  public void delete(long epoch) throws IOException {
    Path folder = folder(epoch);
    if (!Files.isDirectory(folder, NOFOLLOW_LINKS)) {
      return;
    }
    try (var files = Files.newDirectoryStream(folder)) {
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Files.delete(folder);
    sync(folder.resolveSibling(""));
  }

  private static FileLock lock(FileChannel file) throws IOException, InterruptedException {
    long end = System.nanoTime() + LOCKED.toNanos();
    while (System.nanoTime() - end < 0) {
      var lock = tryLock(file);
      if (lock != null) {
        return lock;
      }
      Thread.sleep(PAUSE);
    }
    throw new IOException(LOCK + " is held by another process for longer than " + LOCKED);
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private void link(long epoch) throws IOException {
    Path next = root.resolve("live." + UUID.randomUUID());
    Files.createSymbolicLink(next, Path.of("epochs", Long.toString(epoch)));
    try {
      Files.move(next, live(), ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
    sync(root);
  }

  private Path live() {
    return root.resolve("live");
  }

  private Path folder(long epoch) {
    return root.resolve("epochs").resolve(Long.toString(epoch));
  }

  private static Optional<byte[]> bytes(Path file) throws IOException {
    try {
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static void replace(Path file, byte[] text) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID());
    try {
      try (var out = FileChannel.open(next, CREATE_NEW, WRITE)) {
        for (var rest = ByteBuffer.wrap(text); rest.hasRemaining(); ) {
          out.write(rest);
        }
        out.force(true);
      }
      Files.move(next, file, ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
    sync(file.resolveSibling(""));
  }

  private static void sync(Path folder) throws IOException {
    try (var entry = FileChannel.open(folder, READ)) {
      entry.force(true);
    }
  }
}
