package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.container.cli.screen.TerminalColumns;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The lab's commands beside the agent's, whose help the container's tests look at. */
class LabHelpTest {
  private static final int NARROW = 60;

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "lab",
        "lab up",
        "lab status",
        "lab break",
        "lab heal",
        "lab down",
        "demo",
        "verify-guard"
      })
  void helpFitsANarrowTerminal(String command) {
    var out = new ByteArrayOutputStream();
    var screen = new PrintStream(out, true, StandardCharsets.UTF_8);
    var columns = Map.of("COLUMNS", Integer.toString(NARROW));
    var around =
        new CommandEnvironment(folder, folder, columns, screen, screen, OutputMode.TERMINAL);

    int exit = CommandLineRunner.run(around, (command + " --help").split(" "));

    assertThat(exit).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .isNotEmpty()
        .allSatisfy(line -> assertThat(TerminalColumns.width(line)).isLessThanOrEqualTo(NARROW));
  }
}
