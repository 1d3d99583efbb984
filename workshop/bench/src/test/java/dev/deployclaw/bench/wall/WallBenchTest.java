package dev.deployclaw.bench.wall;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class WallBenchTest {
  @TempDir Path folder;

  @Test
  void measuresTheSameCallsInThisProcessAndInAHost() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new WallBench(new PrintWriter(said)));

    int status =
        command.execute("--calls=5", "--rounds=1", "--warm-up=1", "--json", "--folder=" + folder);

    assertThat(status).isZero();
    var figures = new ObjectMapper().readTree(said.toString());
    assertThat(figures.at("/calls").size()).isEqualTo(6);
    for (var measured : figures.at("/calls")) {
      assertThat(measured.at("/per_second").asLong()).isPositive();
      assertThat(measured.at("/p99").asLong()).isGreaterThanOrEqualTo(measured.at("/p50").asLong());
    }
    assertThat(figures.at("/host/0/kibibytes").asLong()).isPositive();
  }
}
