package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A serving agent lets logs that are long over leave etcd and its machine for the bucket; whoever
 * asks for them afterwards finds them as they were.
 */
@Slow(
    guard = "dev.deployclaw.container.wiring.LeftLogsTest",
    because = "it waits until an agent has let logs leave a real estate")
class LeftLogsTest {
  private static final Duration SOON = Duration.ofMinutes(3);

  /** One stays by this; what is committed, and what it replaced, by themselves. */
  private static final Map<String, String> KEEP_ONE = Map.of("DEPLOYCLAW_SERVE_KEEP_LOGS", "1");

  @TempDir static Path folder;

  private static LiveEstate estate;

  @BeforeAll
  static void start() throws Exception {
    estate = LiveEstate.start(folder);
  }

  @AfterAll
  static void stop() {
    if (estate != null) {
      estate.close();
    }
  }

  @Test
  void logsLeaveAndAreFoundWhereTheyAre() throws Exception {
    List<String> all = new ArrayList<>(executions());
    String first = all.getFirst();
    for (int i = 0; i < 3; i++) {
      var ran = estate.run("run", estate.change(), "--json");
      assertThat(ran.exit()).as(ran.err()).isZero();
      all.add(ran.json().path("execution_id").asText());
    }
    String log = estate.run("log", first, "--json").out();
    String history = estate.run("history", "umbrella").out();
    int stored = records(first);
    assertThat(stored).isPositive();

    try (var sidecar = ServingAgent.start(estate, KEEP_ONE)) {
      BoundedWait.until("the first log has left", SOON, () -> !file(first).toFile().exists());

      assertThat(sidecar.get("/v1/executions/" + first).body()).isEqualTo(log);
      assertThat(sidecar.get("/v1/executions").json().findValuesAsText("execution_id"))
          .containsAll(all);
      assertThat(sidecar.follow(first).toString()).contains("event: result");
    }

    assertThat(records(first)).isZero();
    assertThat(copy(first)).contains("logs/" + first + "/head-");
    assertThat(file(all.get(2))).as("what the committed change replaced").exists();
    assertThat(file(all.get(3))).as("the committed change").exists();
    assertThat(estate.run("log", first, "--json").out()).isEqualTo(log);
    assertThat(estate.run("log", first, "--follow").out()).contains("COMPLETED");
    assertThat(estate.run("audit", "explain", first).exit()).isZero();
    assertThat(estate.run("history", "umbrella").out()).isEqualTo(history);
    assertVerified(log);
    // Sign-ins of this hour wait for its end.
    assertThat(estate.run("audit", "copies").out())
        .contains("logs are in the bucket, whole")
        .doesNotContain(all);
    assertBundled();
    estate.checker().assertWhole();
    var back = estate.run("rollback", "last", "--json");
    assertThat(back.exit()).as(back.err()).isZero();
    estate.checker().assertWhole();
  }

  private static void assertVerified(String document) throws IOException {
    var file = Files.writeString(folder.resolve("first.json"), document);
    String key = estate.run("audit", "key").out().strip();
    assertThat(estate.run("audit", "verify", file.toString(), "--key", key).exit()).isZero();
  }

  /** All logs and their chain, whole. */
  private static void assertBundled() {
    String bundle = folder.resolve("bundle").toString();
    var made = estate.run("audit", "bundle", bundle);
    assertThat(made.exit()).as(made.err()).isZero();
    assertThat(made.out()).contains("4 logs and their chain").doesNotContain("not on this machine");
    String key = estate.run("audit", "key").out().strip();
    var verified = estate.run("audit", "verify", bundle, "--key", key);
    assertThat(verified.exit()).as(verified.out()).isZero();
  }

  private static List<String> executions() throws IOException {
    try (var files = Files.list(file("any").getParent())) {
      return files
          .map(f -> f.getFileName().toString())
          .filter(name -> name.endsWith(".jsonl"))
          .map(name -> name.substring(0, name.length() - ".jsonl".length()))
          .sorted()
          .toList();
    }
  }

  private static Path file(String execution) {
    return estate.config().stateDir().resolve("executions").resolve(execution + ".jsonl");
  }

  private static int records(String execution) {
    return new EtcdKeyspace(estate.config().etcd()).below("audit/" + execution + "/").size();
  }

  private static String copy(String execution) {
    return new EtcdKeyspace(estate.config().etcd()).text("audit-copy/" + execution).orElse("");
  }
}
