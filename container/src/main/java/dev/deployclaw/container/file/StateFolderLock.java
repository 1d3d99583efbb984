package dev.deployclaw.container.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * That one process at a time serves from a state folder: the tasks that wait there are its own, and
 * another that began would end them. A lock of the operating system, which dies with its process;
 * the file says in words who has it. Commands that only carry out one request need none.
 */
public record StateFolderLock(FileChannel channel) implements AutoCloseable {
  /** A lock that is held, or who has it. */
  public sealed interface Acquisition {
    record Mine(StateFolderLock lock) implements Acquisition {}

    record Others(String who) implements Acquisition {}
  }

  /**
   * Tries once.
   *
   * @throws UncheckedIOException where the folder takes no file
   */
  public static Acquisition take(Path stateDir) {
    var file = stateDir.resolve("serve.lock");
    try {
      Files.createDirectories(stateDir);
      var channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      boolean mine = false;
      try {
        if (lock(channel).isEmpty()) {
          String who = Files.readString(file).strip();
          return new Acquisition.Others(who.isEmpty() ? "an unknown process" : who);
        }
        sign(channel);
        mine = true;
        return new Acquisition.Mine(new StateFolderLock(channel));
      } finally {
        if (!mine) {
          channel.close();
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't lock " + file, e);
    }
  }

  private static void sign(FileChannel channel) throws IOException {
    String who =
        "process %d since %s%n"
            .formatted(
                ProcessHandle.current().pid(), Instant.now().truncatedTo(ChronoUnit.SECONDS));
    channel.truncate(0);
    int _ = channel.write(ByteBuffer.wrap(who.getBytes(StandardCharsets.UTF_8)), 0);
    channel.force(true);
  }

  private static Optional<FileLock> lock(FileChannel channel) throws IOException {
    return Optional.ofNullable(tried(channel));
  }

  private static @Nullable FileLock tried(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
