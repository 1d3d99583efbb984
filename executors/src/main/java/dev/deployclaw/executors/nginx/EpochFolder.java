package dev.deployclaw.executors.nginx;

import static java.nio.file.LinkOption.NOFOLLOW_LINKS;
import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.executors.member.FenceMark;
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
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's folder on this machine: {@code epochs/<E>/} with the files of each epoch that is
 * kept, the link {@code live} to the one that is read, and {@code fence} beside it, which says who
 * moved the link last. Every write is whole or absent after a crash. Who moves the link holds a
 * lock of the operating system meanwhile, which dies with its process.
 *
 * <p>The gateway may write there too, and may be in foreign hands: no link but {@code live} is
 * followed, and that one only to {@code epochs/<E>}.
 */
public record EpochFolder(Path root) implements LinkedFolder {
  /** What NGINX reads. */
  public static final String FILE = "nginx.conf";

  /** Which workers ran before the epoch's file was to be read; absent where none was to be. */
  public static final String WORKERS = "before-reload";

  public static final String FENCE = "fence";

  private static final String EPOCHS = "epochs";
  private static final int MOST_EPOCHS = 10_000;
  private static final String LOCK = "fence.lock";
  private static final Duration LOCKED = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(20);

  @Override
  public Optional<String> target() throws IOException {
    return Files.isSymbolicLink(live())
        ? Optional.of(Files.readSymbolicLink(live()).toString())
        : Optional.empty();
  }

  @Override
  public Map<String, Object> kept() throws IOException {
    var found = new TreeMap<String, Object>();
    try (var top = FolderHandle.open(root);
        var epochs = top.below(EPOCHS);
        var folders = Files.newDirectoryStream(epochs.path())) {
      for (Path folder : folders) {
        var match = TARGET.matcher(EPOCHS + "/" + folder.getFileName());
        if (match.matches() && found.size() < MOST_EPOCHS) {
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

  @Override
  public Optional<byte[]> liveFile() throws IOException {
    var epoch = liveEpoch();
    return epoch.isPresent() ? file(epoch.getAsLong(), FILE) : Optional.empty();
  }

  /**
   * A file of an epoch.
   *
   * @throws IOException also where something else than a plain file bears its name
   */
  public Optional<byte[]> file(long epoch, String name) throws IOException {
    try (var top = FolderHandle.open(root);
        var epochs = top.below(EPOCHS);
        var folder = epochs.below(Long.toString(epoch))) {
      return folder.read(name);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  public Optional<String> text(long epoch, String name) throws IOException {
    return file(epoch, name).map(b -> new String(b, StandardCharsets.UTF_8));
  }

  /** Who moved the link last: what the fence says, and the link where that is further. */
  public FenceMark standing() throws IOException {
    try (var top = FolderHandle.open(root)) {
      return standing(top);
    } catch (NoSuchFileException e) {
      return FenceMark.NOBODY;
    }
  }

  /** Returns when the file is on disk under its name. */
  public void write(long epoch, String name, byte[] text) throws IOException {
    try (var top = FolderHandle.open(root);
        var epochs = top.made(EPOCHS);
        var folder = epochs.made(Long.toString(epoch))) {
      replace(folder, name, text);
      sync(epochs);
    }
  }

  /**
   * Compares the fence with the mark, and in one step that nobody can come between sets it and
   * makes {@code live} point to the mark's epoch.
   *
   * @return why not, where somebody later was here; then nothing was changed
   */
  public Optional<String> switchTo(FenceMark mark) throws IOException, InterruptedException {
    try (var top = FolderHandle.open(root);
        var file = FileChannel.open(top.path(LOCK), CREATE, READ, WRITE, NOFOLLOW_LINKS);
        var _ = lock(file)) {
      var refused = mark.refusedBy(standing(top));
      if (refused.isEmpty()) {
        replace(top, FENCE, mark.text().getBytes(StandardCharsets.UTF_8));
        link(top, mark.epoch());
      }
      return refused;
    }
  }

  /** Removes an epoch that isn't live. */
  public void delete(long epoch) throws IOException {
    try (var top = FolderHandle.open(root);
        var epochs = top.below(EPOCHS)) {
      Path folder = epochs.path(Long.toString(epoch));
      if (Files.isDirectory(folder, NOFOLLOW_LINKS)) {
        empty(epochs, epoch);
      }
      Files.deleteIfExists(folder);
      sync(epochs);
    } catch (NoSuchFileException e) {
      // gone is what was wanted
    }
  }

  private static void empty(FolderHandle epochs, long epoch) throws IOException {
    try (var folder = epochs.below(Long.toString(epoch));
        var files = Files.newDirectoryStream(folder.path())) {
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private FenceMark standing(FolderHandle top) throws IOException {
    var fence =
        top.read(FENCE)
            .map(b -> FenceMark.parse(new String(b, StandardCharsets.UTF_8)))
            .orElse(FenceMark.NOBODY);
    return new FenceMark(fence.term(), Math.max(fence.epoch(), liveEpoch().orElse(0)));
  }

  private static FileLock lock(FileChannel file) throws IOException, InterruptedException {
    return RetryPolicy.within(LOCKED, PAUSE)
        .until(Optional::isPresent, () -> Optional.ofNullable(tryLock(file)))
        .orElseThrow(() ->
            new IOException(
                LOCK + " has been locked by another process for longer than " + LOCKED));
  }

  private static @Nullable FileLock tryLock(FileChannel file) throws IOException {
    try {
      return file.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static void link(FolderHandle top, long epoch) throws IOException {
    Path next = top.path("live." + UUID.randomUUID());
    Files.createSymbolicLink(next, Path.of(EPOCHS, Long.toString(epoch)));
    try {
      Files.move(next, top.path("live"), ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
    sync(top);
  }

  private Path live() {
    return root.resolve("live");
  }

  private static void replace(FolderHandle folder, String name, byte[] text) throws IOException {
    Path next = folder.path(name + "." + UUID.randomUUID());
    try {
      try (var out = FileChannel.open(next, CREATE_NEW, WRITE)) {
        for (var rest = ByteBuffer.wrap(text); rest.hasRemaining(); ) {
          out.write(rest);
        }
        out.force(true);
      }
      Files.move(next, folder.path(name), ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
    sync(folder);
  }

  private static void sync(FolderHandle folder) throws IOException {
    try (var entry = FileChannel.open(folder.path(), READ)) {
      entry.force(true);
    }
  }
}
