package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** No command is without a row that calls it with an agent that serves, and alone. */
class CommandTableTest {
  @TempDir Path folder;

  @Test
  void hasARowForEveryCommandAndNoOther() {
    var rows = CommandTable.rows().stream().map(CommandRow::command).collect(Collectors.toSet());
    var line = CommandLineRunner.make(surroundings());

    var commands = leaves(line, "").collect(Collectors.toSet());

    assertThat(commands).hasSizeGreaterThan(50);
    assertThat(rows).containsExactlyInAnyOrderElementsOf(commands);
  }

  /** Commands without commands below them. */
  private static Stream<String> leaves(CommandLine line, String above) {
    return line.getSubcommands().values().stream()
        .flatMap(below -> {
          String name = above + below.getCommandName();
          return below.getSubcommands().isEmpty() ? Stream.of(name) : leaves(below, name + " ");
        });
  }

  private CommandEnvironment surroundings() {
    var nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    return new CommandEnvironment(folder, folder, Map.of(), nowhere, nowhere, OutputMode.PLAIN);
  }
}
