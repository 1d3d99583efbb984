package dev.deployclaw.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

@Slow(
    guard = "dev.deployclaw.bench.measure.FigureTableTest",
    because = "it starts what it measures")
class RunBenchTest {
  @Test
  void measuresRunsThatCompleted() throws Exception {
    var out = new StringWriter();
    var bench = new CommandLine(new RunBench(new PrintWriter(out)));

    int exit = bench.execute("--gateways", "3", "--rounds", "2", "--json");

    assertThat(exit).isZero();
    var figures = new ObjectMapper().readTree(out.toString());
    assertThat(figures.at("/runs/0/duration_us").asLong()).isPositive();
    assertThat(figures.at("/runs/0/validate_us").asLong()).isPositive();
    assertThat(figures.at("/runs/1/work_us").asLong())
        .isLessThanOrEqualTo(figures.at("/runs/1/duration_us").asLong());
    for (var run : figures.path("runs")) {
      assertThat(run.path("probes").asLong()).isPositive();
      assertOrdered(run, "probes_");
    }
    assertThat(figures.path("hops").findValuesAsText("hop"))
        .containsExactly("gateway", "service", "redis");
    for (var hop : figures.path("hops")) {
      assertOrdered(hop, "cold_");
      assertOrdered(hop, "warm_");
    }
  }

  private static void assertOrdered(JsonNode figures, String of) {
    assertThat(figures.path(of + "p50_us").asLong())
        .isPositive()
        .isLessThanOrEqualTo(figures.path(of + "p99_us").asLong());
  }
}
