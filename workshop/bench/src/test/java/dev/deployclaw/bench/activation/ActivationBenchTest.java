package dev.deployclaw.bench.activation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Slow(guard = "dev.deployclaw.bench.stage.StageBenchTest", because = "it starts what it measures")
class ActivationBenchTest {
  @TempDir Path folder;

  @Test
  void measuresEveryPartOfAChangeAndTheVotes() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new ActivationBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--tenants=40,80",
            "--rounds=2",
            "--warm-up=0",
            "--participants=20",
            "--json",
            "--folder=" + folder);

    assertThat(status).isZero();
    var figures = new ObjectMapper().readTree(said.toString());
    assertThat(figures.path("switches").findValuesAsText("part"))
        .containsExactlyElementsOf(Stream.of(40, 80).flatMap(_ -> parts()).toList());
    assertThat(figures.path("switches").findValues("median_us"))
        .hasSize(2 * SwitchTimes.Part.values().length);
    var last = line(figures.path("switches"), "part", "commit to last tenant");
    assertThat(last.path("tenants").asInt()).isEqualTo(40);
    assertThat(last.path("median_us").asLong()).isPositive();
    assertThat(figures.at("/votes/0/participants").asInt()).isEqualTo(20);
    assertThat(figures.at("/votes/0/vote_to_read_milli").asLong()).isPositive();
  }

  private static Stream<String> parts() {
    return Arrays.stream(SwitchTimes.Part.values()).map(SwitchTimes.Part::title);
  }

  /** The first one of that name. */
  private static JsonNode line(JsonNode table, String key, String value) {
    return table
        .valueStream()
        .filter(one -> one.path(key).asText().equals(value))
        .findFirst()
        .orElseThrow();
  }
}
