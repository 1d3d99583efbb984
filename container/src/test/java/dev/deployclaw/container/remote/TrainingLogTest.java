package dev.deployclaw.container.remote;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.testkit.process.CommandRunner;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A build's JDK learns to show a log from one that is shown, and signed, as others are. */
class TrainingLogTest {
  private static final Path SCRIPT = Path.of("..", "scripts", "warm-up.sh");

  @TempDir Path folder;

  @Test
  void isShown() {
    CommandRunner.of(
            List.of(
                "bash",
                "-eu",
                "-c",
                ". \"$0\" && lay_estate \"$1\"",
                SCRIPT.toString(),
                folder.toString()))
        .must();
    var screen = new CommandLineFixture(folder);

    int exit = screen.run("log", "last", "--config", folder.resolve("log.yaml").toString());

    assertThat(exit).as(screen.err()).isZero();
    assertThat(screen.out())
        .contains("COMPLETED in", "none none: requests 1 -> 2", " signed\n")
        .doesNotContain("not signed");
  }
}
