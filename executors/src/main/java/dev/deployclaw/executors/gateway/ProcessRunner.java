package dev.deployclaw.executors.gateway;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs a program to its end, bounded in time and in output, with next to no environment. */
final class ProcessRunner {
  private static final int MOST_OUTPUT = 8 * 1024;
  private static final Duration LAST_WORDS = Duration.ofSeconds(5);

  /** Of a program that SIGSYS ended: 128 and the signal's number. */
  private static final int KILLED_BY_FILTER = 128 + 31;

  private ProcessRunner() {}

  /**
   * @param exit of the program; -1 when it was killed for taking too long
   * @param output both streams, cut after some kilobytes
   */
  record Result(int exit, String output) {
    boolean succeeded() {
      return exit == 0;
    }

    /** Whether its end was a system call that the filter of the executor host forbids. */
    boolean madeForbiddenCall() {
      return exit == KILLED_BY_FILTER;
    }
  }

  /**
   * @param folder in which it runs
   */
  static Result run(List<String> words, Path folder, Duration atMost)
      throws IOException, InterruptedException {
    var builder = new ProcessBuilder(words).directory(folder.toFile()).redirectErrorStream(true);
    builder.environment().clear();
    builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
    builder.environment().put("LC_ALL", "C");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      var output = new FutureTask<>(() -> drain(process.getInputStream()));
      Thread.ofVirtual().name("output of " + words.getFirst()).start(output);
      if (!process.waitFor(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
        process.destroyForcibly();
        return new Result(-1, words.getFirst() + " took longer than " + atMost);
      }
      return new Result(process.exitValue(), collected(output));
    } finally {
      process.destroyForcibly();
    }
  }

  private static String collected(FutureTask<String> output) throws InterruptedException {
    try {
      return output.get(LAST_WORDS.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      return "(a child of it keeps the output open)";
    } catch (ExecutionException e) {
      return "(its output can't be read)";
    }
  }

  private static String drain(InputStream in) {
    try (in) {
      String kept = new String(in.readNBytes(MOST_OUTPUT), StandardCharsets.UTF_8).strip();
      in.transferTo(OutputStream.nullOutputStream());
      return kept;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
