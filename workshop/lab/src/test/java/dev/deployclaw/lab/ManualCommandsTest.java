package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Commands of the manual's tasks, as somebody pastes them into a shell. Only what a reader replaces
 * is replaced: ids, hashes, and where the agent is.
 */
@Slow(
    guard = "dev.deployclaw.container.approval.WebhookApprovalTest",
    because = "it pastes two pages into shells beside a real estate")
class ManualCommandsTest extends OwnLabCases {
  private static final Duration LONGEST = Duration.ofMinutes(3);
  private static final Path TASKS = Path.of("..", "..", "docs", "tasks");
  private static final JavaProgram PROGRAM =
      JavaProgram.of("dev.deployclaw.container.Main", JavaProgram.QUICK);

  /** The tokens of whose hashes the page has an example. */
  private static final Map<String, String> TOKENS = Map.of("TOKEN", "test", "ANNS_TOKEN", "test2");

  /**
   * Before the commands: each call's status is kept. After one that hands something in, its reader
   * waits until that rests.
   */
  private static final String READER =
      """
      rests() {
        local i; for i in $(seq 200); do
          command curl -sS "$API/v1/executions/$(cat id)" -H "Authorization: Bearer test" > told
          if jq -e '.result | IN('"$1"', "COMPLETED")' told > /dev/null; then return; fi
          sleep 0.3
        done; false
      }
      curl() {
        local path=; for word in "$@"; do case $word in http*) path=${word#"$API"};; esac; done
        command curl "$@" -o reply -w '%{http_code}' | sed "s#\\$# ${path%%\\?*}\\n#" >> codes
        case $path in
          */tasks | */rollback) jq -r .execution_id reply > id; rests '"HELD"' ;;
          */approve*) rests '"COMPLETED"' ;;
          */plan) jq -r .plan reply > plan ;;
        esac
      }
      """;

  @TempDir Path shell;

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
    var first = scene.run("run", LiveEstate.ALL);
    assertThat(first.exit()).as(first.err()).isZero();
  }

  @Test
  void thoseOfServing() throws Exception {
    var page = blocks("serve.md");
    paste("deployclaw() { :; }\n" + page.getFirst(), Map.of());
    var estate = LiveEstate.of(scene.lab(), scene.config());
    var tokens = Map.of("DEPLOYCLAW_SERVE_TOKENS_FILE", shell.resolve("tokens.yaml").toString());
    try (var agent = ServingAgent.start(estate, tokens)) {
      String calls =
          block(page, "# kill switch")
              .replaceFirst("API=\\S+;", "")
              .replaceAll("arch-[0-9-]+-rate-limit-[0-9]+", "\\$(cat id)")
              .replace("plan=1a2b3c4d", "plan=$(cat plan)");
      var told = new TreeMap<>(TOKENS);
      told.put("API", agent.address());

      paste(READER + calls, told);

      assertThat(Files.readAllLines(shell.resolve("codes")).stream().map(ManualCommandsTest::plain))
          .containsExactly(
              "202 /v1/tasks",
              "200 /v1/executions/ID/events",
              "200 /v1/executions/ID",
              "202 /v1/tasks",
              "200 /v1/executions/ID/plan",
              "202 /v1/executions/ID/approve",
              "409 /v1/executions/ID/reject", // it was approved
              "202 /v1/executions/last/rollback",
              "200 /v1/freeze",
              "200 /v1/thaw");
    }
  }

  @Test
  void thoseOfLogs() throws Exception {
    var page = blocks("check-logs.md");
    for (var command : List.of("log last --html", "audit verify", "export --format report")) {
      paste(block(page, command), Map.of());
    }
    assertThat(shell.resolve("log.html")).content().contains("<html");
    assertThat(shell.resolve("november.html")).content().contains("2026-11");
    assertThat(shell.resolve("changes.csv")).content().contains("requester");
    assertThat(shell.resolve("events.jsonl")).content().contains("\"class_uid\":6003");
  }

  /** All of them succeed. */
  private void paste(String commands, Map<String, String> more) throws IOException {
    var bin = Files.createDirectories(shell.resolve("bin"));
    String words =
        PROGRAM.command(List.of()).stream()
            .map(word -> "'" + word.replace("'", "'\\''") + "'")
            .collect(Collectors.joining(" "));
    var program =
        Files.writeString(bin.resolve("deployclaw"), "#!/bin/sh\nexec " + words + " \"$@\"\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    var environment = new TreeMap<>(more);
    environment.put("PATH", bin + ":" + System.getenv("PATH"));
    environment.put("DEPLOYCLAW_CONFIG", scene.lab().config().toString());
    var script = Files.writeString(shell.resolve("commands"), "cd '" + shell + "'\n" + commands);
    var ended =
        CommandRunner.of(List.of("bash", "-eu", "-o", "pipefail", script.toString()))
            .with(environment)
            .within(LONGEST)
            .run();
    assertThat(ended.exit()).as(ended.said()).isZero();
  }

  private static List<String> blocks(String page) throws IOException {
    return Pattern.compile("(?s)```sh\n(.*?)```")
        .matcher(Files.readString(TASKS.resolve(page)))
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  private static String block(List<String> page, String words) {
    return page.stream().filter(block -> block.contains(words)).findFirst().orElseThrow();
  }

  private static String plain(String line) {
    return line.replaceFirst("arch-[0-9-]+-rate-limit-[0-9]+", "ID");
  }
}
