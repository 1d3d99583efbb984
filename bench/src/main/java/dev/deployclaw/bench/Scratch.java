package dev.deployclaw.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/** A folder for servers and files: a given one that stays, or one that is removed at the end. */
record Scratch(Path path, boolean stays) implements AutoCloseable {
  static Scratch in(Optional<Path> given) throws IOException {
    return given.isPresent()
        ? new Scratch(Files.createDirectories(given.get()).toAbsolutePath(), true)
        : new Scratch(Files.createTempDirectory("deployclaw-bench-"), false);
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
