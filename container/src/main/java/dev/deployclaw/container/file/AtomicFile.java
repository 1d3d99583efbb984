package dev.deployclaw.container.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Files that are there whole or not at all, whenever the process dies. */
public final class AtomicFile {
  private AtomicFile() {}

  /** Returns when it is on disk, readable by this user only, in place of what was there. */
  public static void write(Path file, byte[] bytes) {
    try {
      var folder = Files.createDirectories(file.resolveSibling(""));
      var draft = Files.createTempFile(folder, ".draft", "");
      try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        var buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
          channel.write(buffer);
        }
        channel.force(true);
      }
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
      try (var entry = FileChannel.open(folder, StandardOpenOption.READ)) {
        entry.force(true); // the name, too
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't write " + file, e);
    }
  }

  /** Empty where there is none, or it can't be read. */
  public static Optional<byte[]> read(Path file) {
    try {
      return Files.exists(file) ? Optional.of(Files.readAllBytes(file)) : Optional.empty();
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
