package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.lab.estate.LabEstate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DemoCommandTest {
  @Test
  void hasPodsUnlessTheyAreLeftOut() {
    assertThat(option("--kubernetes")).isEqualTo(true);
    assertThat(option("--kubernetes", "--kubernetes")).isEqualTo(true);
    assertThat(option("--kubernetes", "--no-kubernetes")).isEqualTo(false);
  }

  @Test
  void looksWhetherThereCanBeContainersUnlessItIsTold() {
    assertThat(option("--docker")).isNull();
    assertThat(option("--docker", "--docker")).isEqualTo(true);
    assertThat(option("--docker", "--no-docker")).isEqualTo(false);
  }

  @Test
  void countsAllGatewaysTogether() {
    var whole = new LabEstate.Size(47, true, true);

    assertThat(whole.besideContainers()).isEqualTo(44);
    assertThat(whole.inContainers()).isEqualTo(3);
    assertThat(new LabEstate.Size(47, true, false).besideContainers()).isEqualTo(47);
    assertThat(new LabEstate.Size(2, true, true).besideContainers()).isEqualTo(1);
  }

  private static @Nullable Object option(String name, String... words) {
    var line = new CommandLine(new DemoCommand(CommandEnvironment.real()));
    line.parseArgs(words);
    return line.getCommandSpec().findOption(name).getValue();
  }
}
