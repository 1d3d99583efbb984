package dev.deployclaw.bench.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Slow(guard = "dev.deployclaw.bench.stage.StageBenchTest", because = "it starts what it measures")
class PoliciesBenchTest {
  @TempDir Path folder;

  @Test
  void validatesAndReplaysAllThatItWasGiven() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new PoliciesBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--tenants=200,400",
            "--rounds=2",
            "--warm-up=0",
            "--megabytes=1",
            "--replays=1",
            "--log-tenants=40",
            "--json",
            "--folder=" + folder);

    assertThat(status).isZero();
    var figures = new ObjectMapper().readTree(said.toString());
    assertThat(figures.at("/validated/1/tenants").asInt()).isEqualTo(400);
    assertThat(figures.at("/validated/1/allocated_bytes").asLong())
        .isGreaterThan(figures.at("/validated/0/allocated_bytes").asLong());
    assertThat(figures.at("/replayed/0/bytes").asLong()).isGreaterThanOrEqualTo(1_000_000);
    assertThat(figures.at("/replayed/0/impact_lines_per_second").asLong()).isPositive();
    assertThat(figures.at("/replayed/0/peak_bytes").asLong()).isPositive();
    assertThat(Files.exists(folder.resolve("access.log"))).as("the log is removed").isFalse();
  }
}
