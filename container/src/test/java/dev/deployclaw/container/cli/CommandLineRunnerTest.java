package dev.deployclaw.container.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.container.cli.screen.TerminalColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineRunnerTest {
  private static final List<String> EVERY =
      List.of(
          "run",
          "plan",
          "ask",
          "approve",
          "reject",
          "rollback",
          "checkpoint",
          "scan",
          "validate",
          "diff",
          "drift",
          "history",
          "config",
          "status",
          "log",
          "skills",
          "audit",
          "export",
          "completion",
          "help");

  @TempDir Path folder;

  @ParameterizedTest
  @MethodSource("commands")
  void helpsWithEveryCommand(List<String> command) {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run(with(command, "--help"));

    assertThat(exit).isZero();
    assertThat(screen.err()).isEmpty();
    assertThat(screen.out()).contains("Usage: " + String.join(" ", names(command)));
    assertThat(screen.out().lines().filter(l -> l.matches("[A-Z].*[.?]")))
        .as("a line")
        .isNotEmpty();
  }

  @ParameterizedTest
  @MethodSource("commands")
  void helpFitsANarrowTerminal(List<String> command) {
    var screen = new CommandLineFixture(folder, Map.of("COLUMNS", "60"));
    var both = List.of(with(command, "--help"), with(List.of("help"), names(command).get(1)));

    for (var words : both) {
      assertThat(screen.runOn(OutputMode.TERMINAL, words)).isZero();
      assertThat(screen.out().lines())
          .allSatisfy(line -> assertThat(TerminalColumns.width(line)).isLessThanOrEqualTo(60));
      assertThat(screen.out()).contains("Usage: deployclaw").doesNotContain("\u001b");
    }
    assertThat(screen.runOn(OutputMode.COLOUR, with(command, "--help"))).isZero();
    assertThat(screen.out()).contains("\u001b");
  }

  @Test
  void namesEveryCommandInItsHelp() {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run("--help");

    assertThat(exit).isZero();
    assertThat(screen.out()).contains(EVERY).contains("Exit codes:", "deployclaw demo");
  }

  @Test
  void readsNoCommandWholeForTheHelpOfAllAndShowsTheSame() {
    var screen = new CommandLineFixture(folder);
    var whole = CommandLineRunner.make(screen.surroundings());

    screen.run("--help");

    assertThat(screen.out()).isEqualTo(whole.getUsageMessage());
    assertThat(CommandLineRunner.wanted("--help").test("run")).isFalse();
    assertThat(CommandLineRunner.wanted("run", "--help").test("run")).isTrue();
    assertThat(CommandLineRunner.wanted("run", "--help").test("plan")).isFalse();
    assertThat(CommandLineRunner.wanted("help", "plan").test("plan")).isTrue();
  }

  @Test
  void showsAnExampleWithEveryCommand() {
    var line = CommandLineRunner.make(new CommandLineFixture(folder).surroundings());

    line.getSubcommands().values().stream()
        .filter(c -> !(c.getCommand() instanceof CommandLine.HelpCommand))
        .forEach(c -> assertThat(c.getUsageMessage()).contains("Example", "deployclaw "));
  }

  @Test
  void refusesAnUnknownCommandInOneLine() {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run("rolback");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.out()).isEmpty();
    assertThat(screen.err().strip())
        .isEqualTo(
            "deployclaw: there is no command rolback; did you mean rollback?; see: deployclaw --help");
    screen.run("set", "umbrella", "search", "to", "10");
    assertThat(screen.err()).contains("did you mean deployclaw plan \"set …\"?");
  }

  /** So that examples can be copied. */
  @ParameterizedTest
  @MethodSource("commands")
  void breaksHelpBetweenWordsAlone(List<String> command) {
    var screen = new CommandLineFixture(folder);
    var line = CommandLineRunner.make(screen.surroundings());
    for (String name : command) {
      line = Objects.requireNonNull(line.getSubcommands().get(name));
    }
    var footer = "Usage: " + String.join(" ", line.getCommandSpec().usageMessage().footer());

    screen.run(with(command, "--help"));

    assertThat(screen.out().split("\\s+")).contains(footer.split("\\s+"));
    assertThat(screen.out())
        .doesNotContainPattern("\\.\\s+/?deployclaw\\.yaml|deployclaw\\.\\s+yaml");
  }

  /** Such a word may come from another machine, whose user reads no file of this one. */
  @Test
  void putsNoFileInThePlaceOfAWordThatBeginsWithAnAtSign() throws IOException {
    var file = Files.writeString(folder.resolve("secret"), "sesame");
    var screen = new CommandLineFixture(folder);

    for (String before : List.of("--json", "--")) {
      screen.run("status", before, "@" + file);

      assertThat(screen.out() + screen.err()).doesNotContain("sesame").contains("@" + file);
    }
  }

  @Test
  void asksForACommand() {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run();

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("which command?", "deployclaw --help");
  }

  @Test
  void whatIsWrongIsOneLine() {
    var screen = new CommandLineFixture(folder);

    screen.run("approve");

    assertThat(screen.err().strip())
        .isEqualTo(
            "deployclaw: Missing required parameter: 'ID|last'; see: deployclaw approve --help");
  }

  @ParameterizedTest
  @ValueSource(strings = {"log last", "status"})
  void namesAStateFolderThatCanNotBeMade(String command) {
    var screen = new CommandLineFixture(folder);
    screen.write("file", "");
    screen.write(
        "deployclaw.yaml",
        """
        stateDir: file/state
        etcd: {endpoints: ["http://127.0.0.1:1"]}
        redis: {nodes: ["127.0.0.1:1"]}
        s3: {endpoint: "http://127.0.0.1:1", bucket: b, accessKey: a, secretKey: very-secret-3}
        nats: {url: "nats://127.0.0.1:1"}
        """);

    assertThat(screen.run(command.split(" "))).isEqualTo(2);
    assertThat(screen.err()).contains("stateDir: ", "can't be written").doesNotContain("java.");
    screen.run("config", "check", "--config", ".");
    assertThat(screen.err()).contains("Is a directory").doesNotContain("java.");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "status --config none",
        "import none",
        "plan x --inventory none",
        "impact none --before none --after none --tenant field:t"
      })
  void saysInWordsThatAFileIsMissing(String command) {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run(command.split(" "));

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("none").doesNotContain("java.", "Exception");
  }

  @Test
  void answersWrongUsageWithADocumentWhereOneWasAskedFor() {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run("status", "--jsno", "--json");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.json().get("outcome").asText()).isEqualTo("error");
    assertThat(screen.json().get("exit").asInt()).isEqualTo(2);
    assertThat(screen.json().get("reason").asText()).contains("--jsno");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "run x",
        "plan x",
        "ask x",
        "approve x",
        "reject x",
        "rollback last",
        "scan",
        "validate",
        "drift",
        "history umbrella",
        "config check",
        "status"
      })
  void saysWhereAConfigurationMayStandWhenThereIsNone(String command) {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run((command + " --json").split(" "));

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err())
        .contains("there is no configuration", "--config", "DEPLOYCLAW_CONFIG", "lab up");
    assertThat(screen.json().get("reason").asText()).contains("there is no configuration");
  }

  @Test
  void listsAllProblemsOfAnInvalidConfiguration() {
    var screen = new CommandLineFixture(folder, Map.of("DEPLOYCLAW_CONFIG", "estate.yaml"));
    screen.write(
        "estate.yaml", "etcd: {endpoint: x}\nredis: {nodes: [here]}\ngate: {default: no}\n");

    int exit = screen.run("status", "--json");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err())
        .contains("estate.yaml:1: etcd.endpoint: is unknown; did you mean endpoints?")
        .contains("estate.yaml:2: redis.nodes: \"here\" is not host:port")
        .contains("estate.yaml:3: gate.default")
        .contains("s3.bucket: is required");
    assertThat(screen.json().get("reason").asText()).contains("s3.bucket: is required");
  }

  @Test
  void namesTheConfigurationThatIsNotThere() {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run("status", "--config", "elsewhere.yaml");

    assertThat(exit).isEqualTo(2);
    assertThat(screen.err()).contains("elsewhere.yaml: can't be read", "--config FILE");
  }

  @Test
  void printsACompletionScript() {
    var screen = new CommandLineFixture(folder);

    int exit = screen.run("completion");

    assertThat(exit).isZero();
    assertThat(screen.out()).contains("complete -F", "deployclaw", "rollback", "--inventory");
  }

  private static Stream<List<String>> commands() {
    var all = new ArrayList<List<String>>();
    collect(
        CommandLineRunner.make(new CommandLineFixture(Path.of("")).surroundings()), List.of(), all);
    return all.stream();
  }

  private static void collect(CommandLine line, List<String> path, List<List<String>> all) {
    line.getSubcommands()
        .forEach((name, command) -> {
          var here = new ArrayList<>(path);
          here.add(name);
          all.add(here);
          collect(command, here, all);
        });
  }

  private static List<String> names(List<String> command) {
    var all = new ArrayList<>(command);
    all.addFirst("deployclaw");
    return all;
  }

  private static String[] with(List<String> command, String last) {
    return Stream.concat(command.stream(), Stream.of(last)).toArray(String[]::new);
  }
}
