package dev.deployclaw.container.cli.audit;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.FileFault;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Where an export goes: a file that is there as a whole or not at all, or standard output. */
final class ExportFile {
  private ExportFile() {}

  /** Writes all of it. */
  interface Content<T> {
    T writeTo(Writer out) throws IOException;
  }

  /**
   * Writes a new file, then puts it in the place of one with that name.
   *
   * @param name as the person wrote it
   */
  static <T> T write(String name, Path file, Content<T> content) throws SetupException {
    try {
      if (Files.exists(file) && !Files.isRegularFile(file)) {
        throw new SetupException(name + " isn't a file; name a file");
      }
      Path folder = file.toAbsolutePath().resolveSibling(".");
      Path fresh = Files.createTempFile(folder, ".export", ".tmp");
      try {
        T written;
        try (var out = Files.newBufferedWriter(fresh, StandardCharsets.UTF_8)) {
          written = content.writeTo(out);
        }
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        return written;
      } finally {
        Files.deleteIfExists(fresh);
      }
    } catch (IOException e) {
      throw FileFault.unwritable(name, e);
    }
  }

  /**
   * @throws SetupException when the reader of standard output went away
   */
  static <T> T print(PrintStream screen, Content<T> content) throws SetupException {
    try {
      var out = new BufferedWriter(new OutputStreamWriter(screen, StandardCharsets.UTF_8));
      T written = content.writeTo(out);
      if (screen.checkError()) {
        throw new SetupException("standard output can't be written; name a file with --out");
      }
      return written;
    } catch (IOException e) {
      throw FileFault.unwritable("the export", e);
    }
  }
}
