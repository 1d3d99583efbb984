package dev.deployclaw.bench.measure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process has in memory, as Linux counts it exactly. */
public final class ResidentMemory {
  private ResidentMemory() {}

  public static long kibibytes(ProcessHandle process) throws IOException {
    try (var lines = Files.lines(Path.of("/proc", Long.toString(process.pid()), "smaps_rollup"))) {
      return lines
          .filter(line -> line.startsWith("Rss:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
          .sum();
    }
  }
}
