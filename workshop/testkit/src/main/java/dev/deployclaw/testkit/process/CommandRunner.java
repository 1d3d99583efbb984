package dev.deployclaw.testkit.process;

import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A program that is run to its end. */
public final class CommandRunner {
  private static final Duration LONGEST = Duration.ofSeconds(60);

  private CommandRunner() {}

  /**
   * How it ended.
   *
   * @param said on both its outputs
   */
  public record CommandResult(int exit, String said) {}

  /**
   * @throws IllegalStateException when it doesn't end in a minute
   */
  public static CommandResult run(Path folder, List<String> words) {
    try {
      Path said = Files.createTempFile("said", ".txt");
      try {
        Process process =
            new ProcessBuilder(words)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(said.toFile())
                .start();
        try {
          BoundedWait.until(words.getFirst() + " ended", LONGEST, () -> !process.isAlive());
        } finally {
          process.destroyForcibly();
        }
        return new CommandResult(process.exitValue(), Files.readString(said).strip());
      } finally {
        Files.delete(said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
