package dev.deployclaw.audit.export;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.export.LogExport.Format;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A month of 10,000 executions, whose logs are larger than the heap of the export. */
@Slow(
    guard = "dev.deployclaw.audit.export.ReportExportTest",
    because = "it writes, verifies and exports ten thousand logs three times")
class LargeExportTest {
  private static final int REFUSED = 9_000;
  private static final int RAISED = 1_000;
  private static final long HEAP = 32L << 20;
  private static final Duration GUARD = Duration.ofMinutes(10);

  @TempDir static Path folder;

  @BeforeAll
  static void tenThousandLogs() {
    var logs = new ExportedLogs(folder.resolve("state"));
    var refused = RealLogs.records("2/refused");
    for (int i = 1; i <= REFUSED; i++) {
      logs.unsigned(renamed(refused, "arch-2026-11-27-rate-limit-1%04d".formatted(i)));
    }
    var raised = RealLogs.records("2/raised");
    for (int i = 1; i <= RAISED; i++) {
      logs.signed(renamed(raised, "arch-2026-11-27-rate-limit-2%04d".formatted(i)));
    }
  }

  private static List<Map<String, Object>> renamed(List<Map<String, Object>> records, String id) {
    for (var entry : records) {
      entry.put("execution_id", id);
      var facts = RealLogs.object(entry, "facts");
      if (facts.containsKey("change")) {
        facts.put("change", id);
      }
    }
    return records;
  }

  @Test
  void theLogsAreLargerThanTheHeap() throws Exception {
    try (Stream<Path> files = Files.list(folder.resolve("state/executions"))) {
      assertThat(files.mapToLong(file -> file.toFile().length()).sum()).isGreaterThan(HEAP);
    }
  }

  @ParameterizedTest
  @EnumSource(Format.class)
  void exportsThemWithASmallHeap(Format format) throws Exception {
    Path file = folder.resolve("export." + format);
    var options = List.of("-Xmx" + HEAP, "-XX:+ExitOnOutOfMemoryError");

    var told =
        CommandRunner.of(
                JavaProgram.words(
                    options,
                    ExportProgram.class,
                    folder.resolve("state").toString(),
                    format.name(),
                    "2026-11",
                    file.toString()))
            .within(GUARD)
            .run();

    assertThat(told.exit()).as(told.said()).isZero();
    assertThat(told.out().strip()).isEqualTo("1000 verified of 10000");
    try (Stream<String> lines = Files.lines(file)) {
      long changes =
          lines.filter(line -> line.contains("requests") && line.contains("1200")).count();
      assertThat(changes).isGreaterThanOrEqualTo(RAISED);
    }
    try (Stream<Path> left = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
      assertThat(left.filter(f -> f.getFileName().toString().startsWith("deployclaw-report")))
          .isEmpty();
    }
  }
}
