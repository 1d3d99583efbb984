package dev.deployclaw.container.plugin.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.plugin.PluginPrograms;
import dev.deployclaw.container.plugin.contract.PromiseResult.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kit at the example in Java, which is compiled as its author would: against the protocol. */
class JavaExampleTest {
  private static final Path SOURCE =
      Path.of("..", "skills", "examples", "edge-fleet", "EdgeFleet.java");
  private static final String CLASSES = System.getProperty("java.class.path");

  @TempDir Path folder;

  @Test
  void theJavaExampleKeepsEachPromiseWithTwoMembers() throws Exception {
    compile();
    try (var fra = new FakeEdge();
        var nyc = new FakeEdge()) {
      var command =
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-XX:TieredStopAtLevel=1",
              "--sun-misc-unsafe-memory-access=allow",
              "-cp",
              folder + ":" + CLASSES,
              "EdgeFleet",
              "fra=" + fra.url(),
              "nyc=" + nyc.url());
      var run = Files.createDirectory(folder.resolve("run"));

      var results =
          new PluginContract(PluginPrograms.bare(command, run), run, Duration.ofMinutes(1), _ -> {})
              .run();

      assertThat(results)
          .allSatisfy(r -> assertThat(r.verdict()).as(r.toString()).isEqualTo(Verdict.KEPT));
      assertThat(fra.values()).as("as it was").doesNotContainKey("/active");
      assertThat(nyc.values()).doesNotContainKey("/active").containsKey("/fence");
    }
  }

  private void compile() {
    int exit =
        ToolProvider.getSystemJavaCompiler()
            .run(
                null,
                null,
                null,
                "-proc:none",
                "-cp",
                CLASSES,
                "-d",
                folder.toString(),
                SOURCE.toString());
    assertThat(exit).as("the example compiles").isZero();
  }
}
