package dev.deployclaw.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.commons.lang3.function.Failable;

/**
 * A command of this machine: run to its end within a bound, or started for the caller to end. Each
 * step changes the command and returns it. A server that can be found again by its files is a
 * {@link DaemonProcess}.
 */
public final class CommandRunner {
  private static final Duration LONGEST = Duration.ofSeconds(60);
  private static final int MOST_OUTPUT = 16 << 20;

  private final ProcessBuilder builder;
  private String input = "";
  private Duration longest = LONGEST;

  private CommandRunner(List<String> words) {
    this.builder =
        new ProcessBuilder(words)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD);
  }

  public static CommandRunner of(List<String> words) {
    return new CommandRunner(words);
  }

  public static CommandRunner of(String... words) {
    return of(List.of(words));
  }

  public CommandRunner in(Path folder) {
    builder.directory(folder.toFile());
    return this;
  }

  public CommandRunner with(Map<String, String> environment) {
    return with(all -> all.putAll(environment));
  }

  /** Changes the environment, which begins as that of this JVM. */
  public CommandRunner with(Consumer<Map<String, String>> change) {
    change.accept(builder.environment());
    return this;
  }

  /** What {@link #run} has it read; nothing, unless this says otherwise. */
  public CommandRunner reading(String text) {
    input = text;
    return this;
  }

  /** How long {@link #run} may take; a minute, unless this says otherwise. */
  public CommandRunner within(Duration bound) {
    longest = bound;
    return this;
  }

  /** How a command ended, and what it wrote. */
  public record CommandResult(int exit, String out, String err) {
    public String said() {
      return (out + err).strip();
    }
  }

  /** Runs it to its end, with all that it started. An interrupt is kept for afterwards. */
  public CommandResult run() {
    try {
      Path in = Files.writeString(Files.createTempFile("command", ".in"), input);
      Path out = Files.createTempFile("command", ".out");
      Path err = Files.createTempFile("command", ".err");
      try {
        builder.redirectInput(in.toFile());
        Process process = start(out, err);
        try {
          boolean ended = ended(process, longest);
          var result = new CommandResult(ended ? process.exitValue() : -1, text(out), text(err));
          if (!ended) {
            throw new IllegalStateException(
                "no end after " + longest + ": " + builder.command() + "\n" + result.said());
          }
          return result;
        } finally {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly();
        }
      } finally {
        Files.delete(in);
        Files.delete(out);
        Files.delete(err);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What it said; an exception with that when it fails. */
  public String must() {
    var ended = run();
    if (ended.exit() != 0) {
      throw new IllegalStateException(builder.command() + " failed: " + ended.said());
    }
    return ended.said();
  }

  /** Starts it; both its outputs go there. */
  public Process start(Redirect said) {
    builder.redirectErrorStream(true).redirectOutput(said);
    return started();
  }

  public Process start(Path out, Path err) {
    builder.redirectOutput(out.toFile()).redirectError(err.toFile());
    return started();
  }

  private Process started() {
    return Failable.get(() -> builder.start());
  }

  /** Returns its exit; kills it when it takes longer. An interrupt is kept for afterwards. */
  public static int awaitExit(Process process, Duration atMost) {
    if (!ended(process, atMost)) {
      process.destroyForcibly();
      throw new IllegalStateException("no end after " + atMost + ": " + process.info());
    }
    return process.exitValue();
  }

  private static boolean ended(Process process, Duration atMost) {
    long end = System.nanoTime() + atMost.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return process.waitFor(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static String text(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8);
    }
  }
}
