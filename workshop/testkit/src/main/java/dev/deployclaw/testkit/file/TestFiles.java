package dev.deployclaw.testkit.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import org.apache.commons.lang3.function.Failable;

/** What is done to folders and files. */
public final class TestFiles {
  private TestFiles() {}

  /** Removes a folder and what is in it; links are removed, not followed. */
  public static void delete(Path folder) {
    if (!Files.exists(folder)) {
      return;
    }
    try (var paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a file, and makes the folders above it. */
  public static void write(Path file, String text) {
    Failable.run(() -> {
      Files.createDirectories(file.resolveSibling(""));
      Files.writeString(file, text);
    });
  }

  public static Path secret(Path file, String value) throws IOException {
    var ownerOnly =
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    Files.createDirectories(file.resolveSibling(""));
    Files.createFile(file, ownerOnly);
    return Files.writeString(file, value);
  }
}
