package dev.deployclaw.bench.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Slow(guard = "dev.deployclaw.bench.soak.FullLoadTest", because = "it starts what it measures")
class DecideBenchTest {
  private static final List<String> LIMITERS =
      List.of(
          "our decider, in process",
          "bucket4j, in process",
          "our service over HTTP",
          "bucket4j over HTTP",
          "spring_cloud_gateway over HTTP",
          "redisson over HTTP",
          "our service over gRPC",
          "bare HTTP",
          "bare gRPC");

  @TempDir Path folder;

  @Test
  void asksEveryFunctionAndEveryLimiter() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new DecideBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--calls=1200",
            "--tenants=50",
            "--rounds=2",
            "--warm-up=0",
            "--requests=300",
            "--callers=8",
            "--seconds=1",
            "--arrivals=1",
            "--json",
            "--summary",
            "--folder=" + folder);

    assertThat(status).isZero();
    var lines = said.toString().lines().toList();
    assertThat(lines).hasSize(2);
    var figures = new ObjectMapper().readTree(lines.getFirst());
    assertSummary(new ObjectMapper().readTree(lines.getLast()));
    assertThat(titles(figures.path("algorithms")))
        .containsExactly(
            "INCR",
            "empty function",
            "token-bucket",
            "sliding-window",
            "fixed-window",
            "gcra",
            "concurrency, taken and given back");
    assertThat(titles(figures.path("several_limits")))
        .containsExactly("1 limit", "2 limits", "4 limits", "8 limits");
    assertThat(titles(figures.path("leased")))
        .containsExactly("our service over gRPC", "our service over gRPC, leased");
    for (var part : List.of("spread", "one_hot_key")) {
      assertThat(titles(figures.path(part))).as(part).isEqualTo(LIMITERS);
    }
    assertThat(titles(figures.path("arrivals")))
        .startsWith(LIMITERS.toArray(String[]::new))
        .endsWith("our service over HTTP, as often as bucket4j")
        .hasSize(LIMITERS.size() + 1);
    assertThat(figures.findValues("redis_cpu_each_ns"))
        .hasSize(7 + 4 + 2 * LIMITERS.size() + 2)
        .anyMatch(each -> each.asLong() > 0);
    assertThat(figures.at("/arrivals/0/p99_us").asLong())
        .isGreaterThanOrEqualTo(figures.at("/arrivals/0/p50_us").asLong());
  }

  private static void assertSummary(JsonNode ratios) {
    assertThat(ratios.properties())
        .extracting(Map.Entry::getKey)
        .contains(
            "token_bucket_cpu_to_empty", "sliding_window_to_token_bucket", "eight_limits_to_one")
        .contains("process_spread_to_bucket4j", "process_hot_to_bucket4j", "http_hot_to_bucket4j")
        .contains("grpc_to_http", "http_p99_to_bucket4j", "leased_to_exact_grpc")
        .contains("http_p99_to_bucket4j_at_equal_rate")
        .contains("leased_redis_cpu_to_exact", "leased_admitted_beyond", "leased_refused_early")
        .contains("http_spread_to_bucket4j", "http_spread_to_spring_cloud_gateway")
        .contains("http_spread_to_redisson")
        .doesNotHaveDuplicates()
        .hasSize(16);
    assertThat(ratios.properties())
        .filteredOn(ratio -> !ratio.getKey().startsWith("leased_"))
        .allMatch(ratio -> ratio.getValue().asDouble() > 0);
    assertThat(ratios.path("leased_to_exact_grpc").asDouble()).isPositive();
    assertThat(ratios.path("leased_admitted_beyond").decimalValue()).isZero();
  }

  private static List<String> titles(JsonNode works) {
    return works.findValuesAsText("title");
  }
}
