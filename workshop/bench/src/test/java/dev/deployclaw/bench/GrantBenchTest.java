package dev.deployclaw.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class GrantBenchTest {
  @TempDir Path folder;

  @Test
  void measuresTheSameCallsWithoutAndWithAGrant() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new GrantBench(new PrintWriter(said)));

    int status =
        command.execute("--calls=20", "--rounds=2", "--warm-up=1", "--json", "--folder=" + folder);

    assertThat(status).isZero();
    var figures = new ObjectMapper().readTree(said.toString());
    assertThat(figures.at("/measured").size()).isEqualTo(2);
    for (var measured : figures.at("/measured")) {
      assertThat(measured.at("/bare_percent_of_bare").asInt()).isEqualTo(100);
      assertThat(measured.at("/granted_ns").asLong()).isPositive();
      assertThat(measured.at("/sandboxed_percent_of_bare").asLong()).isPositive();
    }
  }

  @Test
  void refusesMoreCallsThanGrantsAreKept() {
    var said = new StringWriter();

    int status = new CommandLine(new GrantBench(new PrintWriter(said))).execute("--calls=20001");

    assertThat(status).isEqualTo(2);
  }
}
