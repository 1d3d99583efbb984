package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two agents for one estate, started by mistake: real processes, one etcd. */
@Slow(
    guard = "dev.deployclaw.executors.etcd.EtcdElectionTest",
    because = "it waits for the lease of an agent that is gone")
class TwoAgentsTest {
  /** Where the first stands while it leads. */
  private static final String HELD_AT = "before redis.stage#1";

  private static final Duration SOON = Duration.ofMinutes(2);

  @TempDir static Path folder;

  @AutoClose private static LiveEstate estate;

  @BeforeAll
  static void start() throws Exception {
    estate = LiveEstate.start(folder);
  }

  @Test
  void oneLeadsAndTheQueueOfTheOtherGoesOnWhenItEnds() throws Exception {
    var halt = Files.createDirectories(folder.resolve("halt"));
    try (var first = ServingAgent.start(estate, held(halt));
        var second =
            ServingAgent.start(estate, Map.of("DEPLOYCLAW_STATE_DIR", "" + own("second")))) {
      String one = first.submit(estate.change()).text("execution_id");
      BoundedWait.until("the first leads", SOON, () -> Files.exists(halt.resolve("reached")));

      var waiting =
          List.of(
              second.submit("halve umbrella on search").text("execution_id"),
              second.submit("double umbrella on search").text("execution_id"));
      BoundedWait.until(
          "the second says so", SOON, () -> second.err().contains("Another agent leads"));
      long committed = epoch();

      assertThat(second.err()).containsPattern("leader=.*@.*:\\d+ since 20\\d\\d-");
      assertThat(estate.etcd().text("leader")).hasValueSatisfying(l -> assertThat(l).contains("@"));
      assertThat(estate.etcd().text("open")).contains(one);
      assertThat(second.result(waiting.getFirst())).isNotEqualTo("COMPLETED");
      Files.createFile(halt.resolve("go"));
      first.awaitResult(one, "COMPLETED");
      second.awaitResult(waiting.get(0), "COMPLETED");
      second.awaitResult(waiting.get(1), "COMPLETED");
      assertThat(epoch()).as("one change after another").isEqualTo(committed + 3);
    }
  }

  @Test
  void theCommandLineSaysWhoLeadsSinceWhenAndWhatToDo() throws Exception {
    var halt = Files.createDirectories(folder.resolve("halt-2"));
    try (var first = ServingAgent.start(estate, held(halt))) {
      String one = first.submit(estate.change()).text("execution_id");
      BoundedWait.until("the first leads", SOON, () -> Files.exists(halt.resolve("reached")));
      long committed = epoch();

      var refused = estate.run("run", estate.change(), "--json");

      assertThat(refused.exit()).isEqualTo(11);
      assertThat(refused.json().path("result").asText()).isEqualTo("ABORTED");
      assertThat(refused.err())
          .containsPattern("another agent leads, .*@.*:\\d+ since 20\\d\\d-")
          .contains("ask again when it has finished", "started by mistake");
      assertThat(epoch()).isEqualTo(committed);
      Files.createFile(halt.resolve("go"));
      first.awaitResult(one, "COMPLETED");
    }
  }

  @Test
  void aSecondOneDoesNotServeFromTheSameStateFolder() throws Exception {
    var halt = Files.createDirectories(folder.resolve("halt-3"));
    try (var first = ServingAgent.start(estate, held(halt))) {
      first.submit(estate.change());
      BoundedWait.until("the first leads", SOON, () -> Files.exists(halt.resolve("reached")));
      String waits = first.submit("halve umbrella on search").text("execution_id");
      var environment = new TreeMap<String, String>();
      environment.put("DEPLOYCLAW_SERVE_LISTEN", "127.0.0.1:0");
      environment.put(
          "DEPLOYCLAW_SERVE_TOKENS_FILE", estate.lab().folder().resolve("tokens.yaml").toString());

      var second = estate.agent(environment).run("serve", "--json");

      assertThat(second.exit()).isEqualTo(2);
      assertThat(second.err())
          .contains("another agent serves from", "since", "a stateDir of its own")
          .containsPattern("process \\d+");
      Files.createFile(halt.resolve("go"));
      first.awaitResult(waits, "COMPLETED");
    }
  }

  private static Map<String, String> held(Path halt) {
    return Map.of(
        "DEPLOYCLAW_STOP_DIR",
        halt.toString(),
        "DEPLOYCLAW_STOP_AT",
        HELD_AT,
        "DEPLOYCLAW_BOUNDS_CALL",
        "5m");
  }

  /** Another machine's: with the probe key that all agents of a domain share. */
  private static Path own(String name) throws IOException {
    var state = Files.createDirectories(folder.resolve(name));
    return Files.copy(estate.config().stateDir().resolve("probe.key"), state.resolve("probe.key"))
        .resolveSibling("");
  }

  private static long epoch() {
    return EtcdKeyspace.tree(estate.etcd().text("active").orElseThrow()).path("epoch").asLong();
  }
}
