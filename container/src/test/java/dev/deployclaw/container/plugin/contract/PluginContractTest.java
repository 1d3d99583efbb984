package dev.deployclaw.container.plugin.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.plugin.ExamplePlugin;
import dev.deployclaw.container.plugin.PluginPrograms;
import dev.deployclaw.container.plugin.contract.PromiseResult.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kit at the plugins that this product ships as examples. */
class PluginContractTest {
  @TempDir Path folder;

  @Test
  void thePythonExampleKeepsEachPromise() throws Exception {
    try (var example = ExamplePlugin.in(folder)) {
      assertThat(run(example, folder))
          .allSatisfy(r -> assertThat(r.verdict()).as(r.toString()).isEqualTo(Verdict.KEPT));
      assertThat(example.file()).as("all is as it was").doesNotExist();
    }
  }

  @Test
  void oneThatTakesAGrantTwiceIsFound() throws Exception {
    try (var example = ExamplePlugin.in(folder)) {
      example.patch("if grant in self.used:", "if False:");

      assertThat(FaultyPluginTest.broken(run(example, folder))).containsExactly("single-use");
    }
  }

  static List<PromiseResult> run(ExamplePlugin example, Path folder) throws Exception {
    var command = new ArrayList<String>(List.of(example.program().toString()));
    command.addAll(example.arguments());
    var run = Files.createTempDirectory(folder, "run");
    return new PluginContract(
            PluginPrograms.bare(command, run), run, Duration.ofSeconds(30), _ -> {})
        .run();
  }
}
