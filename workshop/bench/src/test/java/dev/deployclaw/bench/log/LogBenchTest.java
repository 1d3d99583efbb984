package dev.deployclaw.bench.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class LogBenchTest {
  @TempDir Path folder;

  @Test
  void sealsShipsFollowsAndVerifiesAllThatItWasGiven() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new LogBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--records=300",
            "--synced=20",
            "--followed=20",
            "--verified=200",
            "--of=100",
            "--rounds=2",
            "--warm-up=0",
            "--json",
            "--folder=" + folder);

    assertThat(status).isZero();
    var figures = new ObjectMapper().readTree(said.toString());
    assertThat(figures.at("/measured")).hasSize(4);
    for (var one : figures.at("/measured")) {
      assertThat(one.at("/records_per_second").asLong()).isPositive();
      assertThat(one.at("/floor_median_us").asLong()).isPositive();
    }
    assertThat(figures.at("/follower/0/p99_us").asLong())
        .isGreaterThanOrEqualTo(figures.at("/follower/0/p50_us").asLong());
    assertThat(figures.at("/verified/0/records").asLong()).isEqualTo(200);
    assertThat(figures.at("/verified/0/peak_bytes").asLong()).isPositive();
  }
}
