package dev.deployclaw.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

@Slow(guard = "dev.deployclaw.bench.stage.StageBenchTest", because = "it starts what it measures")
class RunBenchTest {
  @Test
  void measuresRunsThatCompleted() throws Exception {
    var out = new StringWriter();
    var bench = new CommandLine(new RunBench(new PrintWriter(out)));

    int exit = bench.execute("--gateways", "3", "--rounds", "2", "--json");

    assertThat(exit).isZero();
    var figures = new ObjectMapper().readTree(out.toString());
    assertThat(figures.at("/cold/duration_us").asLong()).isPositive();
    assertThat(figures.at("/cold/phases_us/validate").asLong()).isPositive();
    assertThat(figures.at("/warm/work_us").asLong())
        .isLessThanOrEqualTo(figures.at("/warm/duration_us").asLong());
    for (String part : List.of("/cold/probes", "/warm/probes")) {
      assertThat(figures.at(part).path("requests").asLong()).as(part).isPositive();
      assertOrdered(figures.at(part));
    }
    for (String hop : List.of("gateway", "service", "redis")) {
      assertOrdered(figures.at("/hops_cold").path(hop));
      assertOrdered(figures.at("/hops_warm").path(hop));
    }
  }

  private static void assertOrdered(JsonNode percentiles) {
    assertThat(percentiles.path("p50_us").asLong())
        .isPositive()
        .isLessThanOrEqualTo(percentiles.path("p99_us").asLong());
  }
}
