package dev.deployclaw.bench.measure;

import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * What a program came to that ran in a process of its own.
 *
 * @param nanos from its start to its end
 * @param peakBytes the most of it that was in memory (Linux' {@code VmHWM}), as of a fiftieth of a
 *     second before its end
 * @param said on its standard output
 */
public record ChildProcessRun(long nanos, long peakBytes, String said) {
  private static final long LOOK_MILLIS = 20;
  private static final long MOST_MINUTES = 10;
  private static final int KIBIBYTE = 1_024;

  /**
   * Runs it to its end.
   *
   * @param out where its output goes meanwhile
   */
  public static ChildProcessRun run(List<String> command, Path out) throws InterruptedException {
    try {
      long begin = System.nanoTime();
      var process = CommandRunner.of(command).start(out, Path.of(out + ".err"));
      long peak = watched(process, begin);
      long nanos = System.nanoTime() - begin;
      if (process.exitValue() != 0) {
        throw new IllegalStateException(command.getLast() + " ended with " + process.exitValue());
      }
      return new ChildProcessRun(nanos, peak, Files.readString(out, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** This program's JVM and its flags, with another main class. */
  public static List<String> java(String heap, String main, List<String> words) {
    var flags = new ArrayList<>(ManagementFactory.getRuntimeMXBean().getInputArguments());
    flags.add("-Xmx" + heap);
    return new JavaProgram(main, flags, Optional.empty()).command(words);
  }

  private static long watched(Process process, long begin) throws InterruptedException {
    long peak = 0;
    while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
      peak = Math.max(peak, peak(process.pid()));
      if (System.nanoTime() - begin > TimeUnit.MINUTES.toNanos(MOST_MINUTES)) {
        process.destroyForcibly();
        throw new IllegalStateException("it doesn't end");
      }
    }
    return peak;
  }

  /** 0 where it has ended meanwhile. */
  private static long peak(long pid) {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(pid), "status"))) {
      return lines
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * KIBIBYTE)
          .findFirst()
          .orElse(0);
    } catch (IOException | UncheckedIOException e) {
      return 0;
    }
  }
}
