package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.server.NatsServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets go in by every channel there is; none may come out by any. */
@Slow(
    guard = "dev.deployclaw.container.config.secret.SecretRegistryTest",
    because = "it plants secrets in a whole estate and reads all that a run leaves")
class CanarySecretsTest {
  private static final Duration SOON = Duration.ofMinutes(2);

  @TempDir static Path folder;

  private static final PlantedSecrets CANARIES = new PlantedSecrets();

  /** Where receivers of notices are told, and a collector. */
  private static final List<String> SINKS = List.of("/hooks/", "/v2/enqueue", "/api/v2/alerts");

  private static final List<String> COLLECTED = List.of("/otlp/v1/traces", "/otlp/v1/metrics");

  private final SoftAssertions exits = new SoftAssertions();

  private static LiveEstate estate;
  private static EchoingServer echo;
  private static SecretConfigFiles files;
  private static Path config;

  @BeforeAll
  static void start() throws Exception {
    estate = LiveEstate.start(folder);
    echo = new EchoingServer();
    CANARIES.add("s3 access key", estate.config().s3().accessKey().value());
    CANARIES.add("s3 secret key", estate.config().s3().secretKey().value());
    files = new SecretConfigFiles(folder, estate, echo, CANARIES);
    files.letIn();
    config = files.configured();
  }

  @AfterAll
  static void stop() {
    echo.close();
    estate.close();
  }

  @Test
  void whatRunsAndItsLogShowNoSecret() throws Exception {
    echo.forget();
    quiet(0, "config", "check", "--effective");
    quiet(0, "config", "check", "--json");
    quiet(0, "doctor");
    quiet(0, "doctor", "--json");
    quiet(3, "plan", told("umbrella"));
    quiet(3, "plan", "--json", told("umbrella"));
    quiet(3, "run", told("umbrella"));
    quiet(0, "run", "--json", estate.change() + because("redis"));
    quiet(0, "run", "--json", estate.change());
    for (String look : List.of("status", "scan", "validate", "drift", "top", "recover")) {
      quiet(0, look);
      quiet(0, look, "--json");
    }
    quiet(0, "history", "umbrella", "--json");
    quiet(0, "rollback", "last", "--json");
    collectedIsClean("/otlp/v1/traces");
    storesAreClean();
    logsAreClean();
  }

  @Test
  void aBackEndThatRefusesIsQuotedWithoutTheSecret() throws Exception {
    var wrong = new HashMap<String, Map<String, String>>();
    wrong.put("redis", env("REDIS_PASSWORD", CANARIES.of("wrong redis password")));
    wrong.put("redis user", env("REDIS_USERNAME", "deployclaw-nobody"));
    wrong.put("s3", env("S3_SECRET_KEY", CANARIES.of("wrong s3 secret")));
    wrong.put("s3 access", env("S3_ACCESS_KEY", CANARIES.of("wrong s3 access key")));
    wrong.put(
        "etcd",
        Map.of(
            "DEPLOYCLAW_ETCD_USERNAME",
            "deployclaw-agent",
            "DEPLOYCLAW_ETCD_PASSWORD",
            CANARIES.of("wrong etcd password")));
    wrong.put("cluster and daemon", env("CONFIG", files.walled(config).toString()));

    var exits = new TreeMap<String, List<Integer>>();
    for (var one : wrong.entrySet()) {
      int doctor = quietWith(one.getValue(), "doctor").exit();
      int run =
          quietWith(one.getValue(), "run", "--json", estate.change() + because("further")).exit();
      exits.put(one.getKey(), List.of(doctor, run));
    }
    try (var nats = NatsServer.start(folder.resolve("guarded"), "authorization {token: other}")) {
      var unreadable =
          env("NATS_URL", "nats://agent:" + CANARIES.of("not encoded") + "@" + nats.address());
      assertThat(quietWith(unreadable, "doctor").err()).contains("is not a URL");
      var refused = env("NATS_URL", "nats://agent:" + files.path("nats") + "@" + nats.address());
      int doctor = quietWith(refused, "doctor").exit();
      int run = quietWith(refused, "run", "--json", estate.change()).exit();
      exits.put("nats", List.of(doctor, run));
    }
    assertThat(exits)
        .isEqualTo(
            Map.of(
                "cluster and daemon", List.of(10, 0),
                "etcd", List.of(10, 10),
                "nats", List.of(10, 0),
                "redis", List.of(8, 11),
                "redis user", List.of(8, 11),
                "s3", List.of(8, 10),
                "s3 access", List.of(8, 10)));
    storesAreClean();
    logsAreClean();
  }

  @Test
  void whoeverCallsOrIsToldSeesNoSecret() throws Exception {
    var environment = Map.of("DEPLOYCLAW_CONFIG", config.toString(), "DEPLOYCLAW_LOG", "debug");
    String err;
    echo.forget();
    try (var agent = ServingAgent.start(estate, environment)) {
      String escaped = escaped(told("umbrella"));
      var accepted = agent.submit(escaped);
      clean("accepted task", accepted);
      String id = accepted.text("execution_id");
      BoundedWait.until(
          "the task ends", SOON, () -> !agent.result(id).isEmpty() && ended(agent.result(id)));
      clean("events", String.join("\n", agent.follow(id)));
      clean("wrong token", agent.post("/v1/tasks", CANARIES.of("token").replace("\"", "x"), "{}"));
      // What is wrong with a call is quoted to its sender alone, from the agent's own process.
      String own = CANARIES.of("further");
      clean(
          "wrong body",
          agent.post("/v1/tasks", ServedApiClient.OPERATOR, "{\"" + escaped(own) + "\": 1}"));
      for (String path :
          List.of(
              "/metrics",
              "/readyz",
              "/healthz",
              "/v1/executions",
              "/v1/executions/" + id,
              "/v1/topology",
              "/v1/policies",
              "/v1/drift",
              "/nothing/" + java.net.URLEncoder.encode(own, StandardCharsets.UTF_8),
              "/v1/executions/no-" + CANARIES.of("plain").replaceAll("[^a-z0-9]", ""))) {
        clean(path, agent.get(path));
      }
      typedBehindTheWall(agent, environment);
      assertThat(agent.terminate(SOON)).as("it ends").isTrue();
      err = agent.err();
    }
    clean("its own log", err);
    clean("what a webhook is told", String.join("\n", heard("/hooks/")));
    clean("what Alertmanager is told", String.join("\n", heard("/api/v2/alerts")));
    clean("what PagerDuty is told", String.join("\n", withoutItsKey(heard("/v2/enqueue"))));
    for (String collected : COLLECTED) {
      collectedIsClean(collected);
    }
    storesAreClean();
    logsAreClean();
  }

  /** The agent that serves holds no password of Redis; its executor host does. */
  private static void typedBehindTheWall(ServingAgent agent, Map<String, String> environment) {
    var done = agent.submit(escaped(estate.change() + because("redis")));
    clean("task", done);
    agent.awaitResult(done.text("execution_id"), "COMPLETED");
    String words = escaped(estate.change() + because("redis"));
    var held = agent.post("/v1/tasks", ServedApiClient.OPERATOR, held(words));
    clean("held task", held);
    String id = held.text("execution_id");
    agent.awaitResult(id, "HELD");
    BoundedWait.until(
        "sinks are told", SOON, () -> SINKS.stream().noneMatch(s -> heard(s).isEmpty()));
    String reason = "{\"reason\": \"" + escaped(CANARIES.of("redis")) + " leaked\"}";
    String reject = "/v1/executions/" + id + "/reject";
    clean("rejected task", agent.post(reject, ServedApiClient.APPROVER, reason));
    agent.awaitResult(id, "ABORTED");
    clean("freeze", agent.post("/v1/freeze", ServedApiClient.OPERATOR, reason));
    clean("status", agent.get("/v1/status"));
    var same = new HashMap<>(environment);
    same.put("DEPLOYCLAW_STANDALONE", "");
    same.put("DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "true");
    var client = estate.agent(same).apart();
    assertThat(client.run("thaw").exit()).isZero();
    assertThat(client.run("freeze", CANARIES.of("redis"), "leaked").exit()).isZero();
    assertThat(client.run("thaw").exit()).isZero();
    clean("plan", client.run("plan", "--json", estate.change() + because("redis")).out());
  }

  private static String escaped(String text) {
    return text.replace("\"", "\\\"");
  }

  private static List<String> heard(String path) {
    return echo.heard(path);
  }

  private static void collectedIsClean(String path) {
    assertThat(heard(path)).as(path).isNotEmpty();
    clean("what a collector is sent at " + path, String.join("\n", heard(path)));
  }

  /** The one secret that has to be in there, and nowhere else. */
  private static List<String> withoutItsKey(List<String> events) throws IOException {
    var out = new ArrayList<String>();
    for (String event : events) {
      var fields = (ObjectNode) ServedApiClient.JSON.readTree(event);
      assertThat(fields.remove("routing_key").asText()).isEqualTo(CANARIES.of("routing key"));
      out.add(fields.toString());
    }
    return out;
  }

  private static String held(String text) {
    return "{\"request\": \"" + text + "\", \"approval\": \"manual\"}";
  }

  private static boolean ended(String result) {
    return !result.equals("UNFINISHED");
  }

  /** A request in whose words secrets stand: one that is configured, others by their shape. */
  private static String told(String tenant) {
    return "set "
        + tenant
        + "'s search limit to 320 per minute, redis says "
        + CANARIES.of("redis")
        + " and password="
        + CANARIES.of("typed").replaceAll("[^a-z0-9]", "")
        + " "
        + CANARIES.of("further")
        + " basic "
        + base64("agent:" + CANARIES.of("redis"))
        + " or "
        + base64(CANARIES.of("further"));
  }

  private static String base64(String text) {
    return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Is understood, and stays in etcd with the change that it asks for. */
  private static String because(String channel) {
    return " because the password " + CANARIES.of(channel) + " leaked";
  }

  /** Says nothing of a secret, and ends as it should; the latter is asserted when all is said. */
  private void quiet(int exit, String... words) {
    var ran = quietWith(Map.of(), words);
    exits
        .assertThat(ran.exit())
        .as(String.join(" ", words) + "\n" + ran.out() + ran.err())
        .isEqualTo(exit);
  }

  private static LabAgent.Ran quietWith(Map<String, String> more, String... words) {
    var environment =
        new HashMap<>(Map.of("DEPLOYCLAW_CONFIG", config.toString(), "DEPLOYCLAW_LOG", "debug"));
    environment.putAll(more);
    var ran = estate.agent(environment).apart().run(words);
    clean("standard output of " + words[0], ran.out());
    clean("standard error of " + words[0], ran.err());
    return ran;
  }

  private static void clean(String place, ServedApiClient.Answer answer) {
    clean(place, answer.body() + answer.location());
  }

  private static void clean(String place, String text) {
    CANARIES.assertNoneIn(place, text);
  }

  private void logsAreClean() throws IOException {
    Path page = folder.resolve("log.html");
    quiet(0, "log", "last");
    quiet(0, "log", "last", "--json");
    quiet(0, "log", "last", "--html", page.toString());
    quiet(0, "audit", "explain", "last", "--all");
    clean("the log's page", Files.readString(page));
    exits.assertAll();
  }

  private static void storesAreClean() throws Exception {
    new SecretLeakScanner(estate, CANARIES).areClean();
  }

  private static Map<String, String> env(String key, String value) {
    return Map.of("DEPLOYCLAW_" + key, value);
  }
}
