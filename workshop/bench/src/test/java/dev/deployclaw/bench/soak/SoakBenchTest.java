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

@Slow(guard = "dev.deployclaw.bench.stage.StageBenchTest", because = "it starts what it measures")
class SoakBenchTest {
  @TempDir Path folder;

  @Test
  void printsEveryMinuteWithItsFlip() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new SoakBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--minutes=2",
            "--seconds=4",
            "--tenants=50",
            "--requests=300",
            "--callers=8",
            "--json",
            "--folder=" + folder);

    assertThat(status).isZero();
    var minutes = new ObjectMapper().readTree(said.toString()).path("minutes");
    assertThat(minutes).hasSize(2);
    for (var minute : minutes) {
      assertThat(minute.path("flip_p99_us").asLong()).isPositive();
      assertThat(minute.path("p99_us").asLong())
          .isBetween(minute.path("p50_us").asLong(), minute.path("max_us").asLong());
      assertThat(minute.path("heap_bytes").asLong()).isPositive();
      assertThat(minute.path("descriptors").asLong()).isPositive();
    }
  }
}
