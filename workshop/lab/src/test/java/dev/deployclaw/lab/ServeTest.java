package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The process that serves, over HTTP, on a real estate. */
@Slow(
    guard = "dev.deployclaw.container.server.AgentServerTest",
    because = "it starts serving agents on a real estate, and kills them")
class ServeTest extends SharedLabCases {
  private static final Duration SOON = Duration.ofMinutes(2);

  @AfterEach
  void allIsWhole() {
    estate.checker().assertWhole();
  }

  @Test
  void carriesATaskOutTellsOfItAndGoesBack() throws Exception {
    String before = estate.checker().digest();
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      var accepted = sidecar.submit(estate.change());

      assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
      String id = accepted.text("execution_id");
      assertThat(accepted.location()).isEqualTo("/v1/executions/" + id);
      var events = sidecar.follow(id);
      assertThat(events).contains("event: thought", "event: result");
      assertThat(events).anyMatch(line -> line.matches("id: 1-[0-9a-f]{16}"));
      assertThat(events.toString()).contains("\"result\":\"COMPLETED\"");
      String changed = estate.checker().digest();
      assertThat(changed).isNotEqualTo(before);

      var document = sidecar.get(accepted.location());
      assertThat(document.text("requester")).isEqualTo("olivia");
      assertThat(document.body()).isEqualTo(estate.run("log", id, "--json").out());
      assertVerified(document.body());

      var back =
          sidecar
              .post("/v1/executions/" + id + "/rollback", ServingAgent.OPERATOR, "")
              .text("execution_id");
      sidecar.awaitResult(back, "COMPLETED");
      assertThat(estate.checker().digest()).isEqualTo(before);
      assertThat(sidecar.get("/v1/executions?limit=2").json().findValuesAsText("execution_id"))
          .containsExactly(back, id);
      assertThat(sidecar.get("/metrics").body())
          .contains("deployclaw_runs_total{result=\"COMPLETED\"} 2.0");
    }
  }

  @Test
  void holdsUntilAnotherCredentialApproves() throws Exception {
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      String before = estate.checker().digest();
      var held =
          sidecar
              .post(
                  "/v1/tasks",
                  ServingAgent.OPERATOR,
                  "{\"request\": \"" + estate.change() + "\", \"approval\": \"manual\"}")
              .text("execution_id");
      sidecar.awaitResult(held, "HELD");
      assertThat(estate.checker().digest()).isEqualTo(before);
      String approve = "/v1/executions/" + held + "/approve";

      var own = sidecar.post(approve, ServingAgent.OPERATOR, "");
      assertThat(own.status()).isEqualTo(403);
      assertThat(own.text("detail")).contains("must differ");
      assertThat(sidecar.post(approve, ServingAgent.APPROVER, "").text("place"))
          .isEqualTo("query plan");
      var other = sidecar.approve(held);

      assertThat(other.status()).as(other.body()).isEqualTo(202);
      sidecar.awaitResult(held, "COMPLETED");
      assertThat(estate.checker().digest()).isNotEqualTo(before);
    }
  }

  @Test
  void showsTheEstateAndTakesTurnsWithTheCommandLine() throws Exception {
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      var topology = sidecar.get("/v1/topology").json();
      var policies = sidecar.get("/v1/policies").json();

      assertThat(topology.at("/looks/gateway.topology/reports")).hasSize(3);
      assertThat(topology.at("/looks/redis.topology/reports")).hasSize(6);
      assertThat(policies.at("/committed/tenants")).hasSizeGreaterThanOrEqualTo(11);
      assertThat(policies.path("digest").asText()).isEqualTo(estate.checker().digest());
      assertThat(sidecar.get("/v1/drift").json().path("drift").isArray()).isTrue();
      assertThat(estate.run("run", estate.change()).exit()).isZero();
      sidecar.awaitResult(sidecar.submit(estate.change()).text("execution_id"), "COMPLETED");
    }
  }

  @Test
  void namesTheBackEndThatDoesNotAnswer() throws Exception {
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      BoundedWait.until("it is ready", SOON, () -> sidecar.get("/readyz").status() == 200);
      for (var name : new String[] {"nats", "etcd"}) {
        var daemon = daemon(name);
        daemon.pause();
        try {
          BoundedWait.until(name + " is named", SOON, () -> !up(sidecar, name));
          assertThat(sidecar.get("/readyz").status()).isEqualTo(503);
          assertThat(up(sidecar, "redis")).isTrue();
          assertThat(sidecar.get("/healthz").status()).isEqualTo(200);
          BoundedWait.until(
              "it is counted",
              SOON,
              () ->
                  sidecar
                      .get("/metrics")
                      .body()
                      .contains("deployclaw_backend_up{backend=\"" + name + "\"} 0.0"));
        } finally {
          daemon.resume();
        }
        BoundedWait.until("it is ready again", SOON, () -> sidecar.get("/readyz").status() == 200);
      }
      sidecar.awaitResult(sidecar.submit(estate.change()).text("execution_id"), "COMPLETED");
    }
  }

  @Test
  void endsTheTaskAtWorkWhenItIsToldToStop() throws Exception {
    String before = estate.checker().digest();
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      String id = sidecar.submit(estate.change()).text("execution_id");
      BoundedWait.until("it is at work", SOON, () -> sidecar.result(id).equals("UNFINISHED"));

      assertThat(sidecar.terminate(SOON)).as(sidecar.err()).isTrue();

      var log = estate.run("log", id, "--json").json();
      assertThat(log.path("result").asText()).as(sidecar.err()).isEqualTo("COMPLETED");
      assertThat(estate.etcd().text("leader")).isEmpty();
      assertThat(estate.checker().digest()).isNotEqualTo(before);
    }
  }

  @Test
  void theNextStartFinishesWhatAKilledOneLeft() throws Exception {
    String before = estate.checker().digest();
    var stop = Files.createTempDirectory("stop");
    var at =
        Map.of(
            "DEPLOYCLAW_STOP_DIR", stop.toString(), "DEPLOYCLAW_STOP_AT", "before redis.publish#1");
    String id;
    try (var sidecar = ServingAgent.start(estate, at)) {
      id = sidecar.submit(estate.change()).text("execution_id");
      BoundedWait.until("it has committed", SOON, () -> Files.exists(stop.resolve("reached")));
      sidecar.kill();
    }
    assertThat(estate.etcd().text("open")).isNotEmpty();

    try (var next = ServingAgent.start(estate, Map.of())) {
      next.awaitResult(id, "COMPLETED"); // nobody asked for it
    }

    assertThat(estate.checker().digest()).isNotEqualTo(before);
  }

  @Test
  void carriesOutCommandsOfThisMachine() throws Exception {
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      var changed = client().run("run", estate.change(), "--json");

      assertThat(changed.exit()).as(changed.err()).isZero();
      assertThat(changed.json().path("result").asText()).isEqualTo("COMPLETED");
      assertThat(client().run("status", "--json").json().path("epoch"))
          .isEqualTo(estate.run("status", "--json").json().path("epoch"));
      assertThat(client().run("run", "--json", "order a pizza").exit()).isEqualTo(4);
      assertThat(sidecar.err()).doesNotContain(" ERROR ");
    }
  }

  @Test
  void aCommandWhoseAgentIsKilledSaysSoAndTheNextStartFinishesIt() throws Exception {
    var stop = Files.createTempDirectory("stop");
    var at =
        Map.of(
            "DEPLOYCLAW_STOP_DIR", stop.toString(), "DEPLOYCLAW_STOP_AT", "before redis.publish#1");
    var out = Files.createTempFile("client", ".out");
    var err = Files.createTempFile("client", ".err");
    try (var sidecar = ServingAgent.start(estate, at)) {
      var command = client().start(out, err, "run", estate.change());
      BoundedWait.until("it has committed", SOON, () -> Files.exists(stop.resolve("reached")));
      sidecar.kill();

      assertThat(command.waitFor()).isEqualTo(7);
      assertThat(err).content().contains("the agent ended before the command did");
    }
    try (var next = ServingAgent.start(estate, Map.of())) {
      BoundedWait.until("it is finished", SOON, () -> estate.etcd().text("open").isEmpty());
      assertThat(next.terminate(SOON)).as("its log gets its end").isTrue();
    }
  }

  @Test
  void aQuestionIsAnsweredOverHttpByACommandAndOnATerminal() throws Exception {
    try (var sidecar = ServingAgent.start(estate, Map.of())) {
      String asked = sidecar.submit("set umbrella's search limit to 345").text("execution_id");
      sidecar.awaitResult(asked, "NEEDS_CLARIFICATION");
      String task = "/v1/tasks/" + asked;
      assertThat(sidecar.get(task + "/questions").json().at("/questions/0/id").asText())
          .isEqualTo("window-missing");
      var other = client().run("answer", asked, "per minute");
      assertThat(other.exit()).isEqualTo(4);
      assertThat(other.err()).contains("only the requester of " + asked);
      var answer =
          sidecar.post(task + "/answers", ServingAgent.OPERATOR, "{\"answer\": \"per minute\"}");
      assertThat(answer.status()).as(answer.body()).isEqualTo(202);
      sidecar.awaitResult(answer.text("execution_id"), "COMPLETED");
      assertThat(estate.checker().rule("umbrella", "search")).startsWith("tb 345 ");
      assertVerified(sidecar.get(answer.location()).body());

      var own = client().run("run", "--json", "set umbrella's search limit to 346");
      assertThat(own.exit()).isEqualTo(3);
      String id = own.json().path("execution_id").asText();
      assertThat(client().run("answer", id, "per minute").exit()).isZero();
      assertThat(estate.checker().rule("umbrella", "search")).startsWith("tb 346 ");

      var out = Files.createTempFile("terminal", ".out");
      var run = client().startOnTerminal(out, "run", "set umbrella's search limit to 347");
      try (var keys = run.outputWriter()) {
        BoundedWait.until("it asks", SOON, () -> says(out, "> "));
        keys.write("per minute\n");
        keys.flush();
        assertThat(run.waitFor()).as(Files.readString(out)).isZero();
      }
      assertThat(out).content().containsOnlyOnce("? 347 requests in which window");
      assertThat(estate.checker().rule("umbrella", "search")).startsWith("tb 347 ");
    }
  }

  @Test
  void anAnswerOnATerminalAsksBeforeATenfoldChange() throws Exception {
    try (var _ = ServingAgent.start(estate, Map.of())) {
      var asked = client().run("run", "--json", "set umbrella's search limit to 90000");
      assertThat(asked.exit()).isEqualTo(3);
      String id = asked.json().path("execution_id").asText();
      for (String word : List.of("n", "y")) {
        var out = Files.createTempFile("terminal", ".out");
        var answer = client().startOnTerminal(out, "answer", id, "per minute");
        try (var keys = answer.outputWriter()) {
          BoundedWait.until("it asks", SOON, () -> says(out, "Go on? 1 tenant changes. [y/N] "));
          keys.write(word + "\n");
          keys.flush();
          assertThat(answer.waitFor())
              .as(Files.readString(out))
              .isEqualTo(word.equals("y") ? 5 : 11);
        }
        assertThat(out).content().contains("understood: set umbrella on search to 90000");
      }
      String held = client().run("status", "--json").json().at("/held/0/id").asText();
      assertThat(client().run("reject", held).exit()).isZero();
    }
  }

  private static boolean says(Path file, String text) {
    return Failable.get(() -> Files.readString(file).contains(text));
  }

  /** A client with the configuration of the agent that serves. */
  private static LabAgent client() {
    var same = Map.of("DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "true", "DEPLOYCLAW_STANDALONE", "");
    return estate.agent(same).apart();
  }

  private static void assertVerified(String document) throws IOException {
    var file = Files.writeString(Files.createTempFile("log", ".json"), document);
    String key = estate.run("audit", "key").out().strip();
    assertThat(estate.run("audit", "verify", file.toString(), "--key", key).exit()).isZero();
  }

  private static boolean up(ServingAgent sidecar, String name) {
    for (var backEnd : sidecar.get("/readyz").json().path("backends")) {
      if (backEnd.path("name").asText().equals(name)) {
        return backEnd.path("up").asBoolean();
      }
    }
    throw new IllegalStateException("nothing is said of " + name);
  }

  private static DaemonProcess daemon(String name) {
    return estate.lab().daemons().stream()
        .filter(d -> estate.lab().folder().relativize(d.folder()).startsWith(name))
        .findFirst()
        .orElseThrow();
  }
}
