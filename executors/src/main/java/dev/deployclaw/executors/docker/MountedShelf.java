package dev.deployclaw.executors.docker;

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
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A folder of this machine that is bind-mounted into the container. Every write is whole or absent
 * after a crash. Who moves the link holds a lock of the operating system meanwhile, which dies with
 * its process.
 */
record MountedShelf(Path root) implements Shelf {
  private static final Duration LOCKED = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofMillis(20);

  @Override
  public void write(long epoch, String name, byte[] text) throws IOException {
    Files.createDirectories(folder(epoch));
    replace(folder(epoch).resolve(name), text);
    sync(folder(epoch).resolveSibling(""));
  }

  @Override
  public Optional<String> switchTo(Mark mark) throws IOException, InterruptedException {
    try (var file = FileChannel.open(root.resolve("fence.lock"), CREATE, WRITE);
        var _ = lock(file)) {
      var refused = fence().flatMap(mark::refusedBy);
      if (refused.isEmpty()) {
        replace(root.resolve(FENCE), mark.text().getBytes(StandardCharsets.UTF_8));
        link(mark.epoch());
      }
      return refused;
    }
  }

  @Override
  public void delete(long epoch) throws IOException {
    if (!Files.isDirectory(folder(epoch), NOFOLLOW_LINKS)) {
      return;
    }
    try (var files = Files.newDirectoryStream(folder(epoch))) {
      for (Path file : files) {
        Files.delete(file);
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    Files.delete(folder(epoch));
    sync(folder(epoch).resolveSibling(""));
  }

  private Optional<Mark> fence() throws IOException {
    try {
      return Optional.of(Mark.parse(Files.readString(root.resolve(FENCE))));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
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
    throw new IOException("fence.lock is held by another process for longer than " + LOCKED);
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
      Files.move(next, root.resolve("live"), ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
    sync(root);
  }

  private Path folder(long epoch) {
    return root.resolve("epochs").resolve(Long.toString(epoch));
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
