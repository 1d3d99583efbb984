package dev.deployclaw.bench.activation;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.testkit.Slow;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Slow(guard = "dev.deployclaw.bench.stage.StageBenchTest", because = "it starts what it measures")
class ActivationBenchTest {
  @TempDir Path folder;

  @Test
  void measuresEveryPartOfAChangeTheVotesAndARecovery() throws Exception {
    var said = new StringWriter();
    var command = new CommandLine(new ActivationBench(new PrintWriter(said)));

    int status =
        command.execute(
            "--tenants=40,80",
            "--rounds=2",
            "--warm-up=0",
            "--participants=20",
            "--kills=2",
            "--lease=3",
            "--json",
            "--folder=" + folder);

    assertThat(status).isZero();
    var figures = new ObjectMapper().readTree(said.toString());
    for (var part : SwitchTimes.Part.values()) {
      String name = part.name().toLowerCase(Locale.ROOT);
      assertThat(figures.at("/switches_by_tenants/80/" + name).has("median_us")).as(name).isTrue();
    }
    assertThat(figures.at("/switches_by_tenants/40/last/median_us").asLong()).isPositive();
    assertThat(figures.at("/votes/participants").asInt()).isEqualTo(20);
    assertThat(figures.at("/votes/vote_to_read_milli").asLong()).isPositive();
    assertThat(figures.at("/recovery/kills").asInt()).isEqualTo(2);
    assertThat(figures.at("/recovery/back_us/kills").asInt()).isEqualTo(1);
    assertThat(figures.at("/recovery/all_new_us/kills").asInt()).isEqualTo(1);
    assertThat(figures.at("/recovery/all_new_us/max").asLong())
        .as("what recovers ends when all is new")
        .isLessThanOrEqualTo(figures.at("/recovery/forward_us/max").asLong());
  }
}
