package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.testkit.Slow;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What goes to standard output and what to standard error. */
@Slow(
    guard = "dev.deployclaw.container.cli.CommandLineRunnerTest",
    because = "it runs every command in every format")
class OutputTest extends SharedLabCases {
  private static final List<String> COMMANDS =
      List.of(
          "run",
          "plan",
          "approve",
          "reject",
          "rollback",
          "recover",
          "scan",
          "validate",
          "drift",
          "history",
          "config",
          "status",
          "log",
          "demo",
          "lab",
          "lab up",
          "lab status",
          "lab break",
          "lab heal",
          "lab down");

  @Test
  void everyHelpEndsWellAndShowsAnExample() {
    for (String command : COMMANDS) {
      var help = call((command + " --help").split(" "));

      assertThat(help.exit()).as(command).isZero();
      assertThat(help.out()).as(command).contains("Usage: deployclaw " + command, "Example");
      assertThat(help.err()).as(command).isEmpty();
    }
    assertThat(call("--help").out()).contains("deployclaw demo", "Exit codes");
  }

  @Test
  void jsonIsOneDocumentForEveryCommandAndEveryEnd() {
    for (String[] words :
        new String[][] {
          {"status"},
          {"scan"},
          {"validate"},
          {"drift"},
          {"drift", "--repair"},
          {"history", "umbrella"},
          {"config", "check"},
          {"log", "last"},
          {"recover"},
          {"plan", estate.change()},
          {"run", estate.change()},
          {"run", "dry run: " + LiveEstate.ALL},
          {"run", "flush redis"},
          {"approve", "arch-nowhere"},
          {"rollback", "arch-nowhere"},
          {"rollback", "last"},
          {"log", "arch-nowhere"},
          {"status", "--config", "/nowhere.yaml"},
          {"lab", "status"},
          {"lab", "heal"},
          {"lab", "break", "dance", "etcd"},
          {"lab", "down"},
          {"lab", "up", "--gateways=0"},
        }) {
      var json = new String[words.length + 1];
      System.arraycopy(words, 0, json, 0, words.length);
      json[words.length] = "--json";

      var ran = estate.run(json);

      assertThat(ran.json().isObject()).as(String.join(" ", words)).isTrue();
    }
  }

  @Test
  void peopleSeeTheProgressAndNoApplicationLog() {
    var plain = estate.agent(Map.of()).apart().run("run", estate.change());
    var told = estate.agent(Map.of("DEPLOYCLAW_LOG", "info")).run("run", estate.change());
    var wrong = estate.agent(Map.of("DEPLOYCLAW_LOG", "loud")).run("status");

    assertThat(plain.err()).contains("✓ 6 ").doesNotContain(" INFO ", " DEBUG ", " WARN ");
    assertThat(plain.out()).doesNotContain(" INFO ", " DEBUG ").contains("COMPLETED");
    assertThat(told.err()).contains(" INFO ").doesNotContain(" DEBUG ");
    assertThat(told.out()).doesNotContain(" INFO ");
    assertThat(wrong.exit()).isEqualTo(2);
  }

  private static LabAgent.Ran call(String... words) {
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    var around =
        new CommandEnvironment(folder, folder, Map.of(), print(out), print(err), OutputMode.PLAIN);
    int exit = CommandLineRunner.run(around, words);
    return new LabAgent.Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  private static PrintStream print(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }
}
