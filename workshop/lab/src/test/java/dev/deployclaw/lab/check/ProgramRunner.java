package dev.deployclaw.lab.check;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a program to its end. */
final class ProgramRunner {
  private static final long LONGEST_SECONDS = 60;

  private ProgramRunner() {}

  /**
   * @param input for its standard input
   * @return its standard output
   * @throws IllegalStateException when it fails
   */
  static String run(String input, List<String> command) {
    try {
      var in = Files.createTempFile("tool", ".in");
      var out = Files.createTempFile("tool", ".out");
      try {
        Files.writeString(in, input);
        var process =
            new ProcessBuilder(command)
                .redirectInput(in.toFile())
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
          process.destroyForcibly();
          throw new IllegalStateException("no end: " + command);
        }
        String said = Files.readString(out, StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
          throw new IllegalStateException(command + " failed: " + said);
        }
        return said;
      } finally {
        Files.delete(in);
        Files.delete(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
