package dev.deployclaw.bench.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder for servers and files: a given one that stays, or one that is removed at the end. */
public record ScratchFolder(Path path, boolean stays) implements AutoCloseable {
  static ScratchFolder in(Optional<Path> given) throws IOException {
    return given.isPresent()
        ? new ScratchFolder(Files.createDirectories(given.get()).toAbsolutePath(), true)
        : new ScratchFolder(Files.createTempDirectory("deployclaw-bench-"), false);
  }

  @Override
  public void close() {
    if (stays) {
      return;
    }
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
