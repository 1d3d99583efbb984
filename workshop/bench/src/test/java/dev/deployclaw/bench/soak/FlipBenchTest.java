package dev.deployclaw.bench.soak;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Slow(guard = "dev.deployclaw.bench.soak.FullLoadTest", because = "it starts what it measures")
class FlipBenchTest {
  @TempDir Path folder;

  @Test
  void countsTheAnswersOfBothEpochsOfEachFlip() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new FlipBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--lines=2",
            "--seconds=4",
            "--tenants=50",
            "--callers=8",
            "--json",
            "--folder=" + folder);

    assertThat(status).isZero();
    var lines = new ObjectMapper().readTree(said.toString()).path("flips");
    assertThat(lines).hasSize(2);
    for (var line : lines) {
      assertThat(line.path("old_epoch").asLong()).isPositive();
      assertThat(line.path("new_epoch").asLong()).isPositive();
      assertThat(line.path("flip_p99_us").asLong())
          .isBetween(line.path("flip_p50_us").asLong(), line.path("max_us").asLong());
      assertThat(line.path("resident_bytes").asLong())
          .isGreaterThan(line.path("heap_bytes").asLong());
      assertThat(line.path("heap_bytes").asLong()).isPositive();
      assertThat(line.path("descriptors").asLong()).isPositive();
    }
  }
}
