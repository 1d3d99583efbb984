package dev.deployclaw.bench.measure;

import dev.deployclaw.testkit.file.TestFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** A folder for servers and files: a given one that stays, or one that is removed at the end. */
public record ScratchFolder(Path path, boolean stays) implements AutoCloseable {
  static ScratchFolder in(Optional<Path> given) throws IOException {
    return given.isPresent()
        ? new ScratchFolder(Files.createDirectories(given.get()).toAbsolutePath(), true)
        : new ScratchFolder(Files.createTempDirectory("deployclaw-bench-"), false);
  }

  @Override
  public void close() {
    if (!stays) {
      TestFiles.delete(path);
    }
  }
}
