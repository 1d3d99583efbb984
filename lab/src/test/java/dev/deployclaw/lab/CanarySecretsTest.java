package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.Nats;
import dev.deployclaw.testkit.RedisCluster;
import io.nats.client.JetStreamManagement;
import io.nats.client.NKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Secrets go in by every channel there is; none may come out by any. */
class CanarySecretsTest {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final String STREAM = "DEPLOYCLAW_AUDIT";

  @TempDir static Path folder;

  private static final Canaries CANARIES = new Canaries();
  private static final List<String> TOLD = new CopyOnWriteArrayList<>();
  private static final List<String> TRACED = new CopyOnWriteArrayList<>();

  private static Estate estate;
  private static HttpServer echo;
  private static Path config;

  @BeforeAll
  static void start() throws Exception {
    estate = Estate.start(folder);
    echo = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    echo.createContext("/", CanarySecretsTest::echo);
    echo.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    echo.start();
    CANARIES.add("s3 access key", estate.config().s3().accessKey().value());
    CANARIES.add("s3 secret key", estate.config().s3().secretKey().value());
    letIn();
    config = configured();
  }

  @AfterAll
  static void stop() {
    echo.stop(0);
    estate.close();
  }

  @Test
  void whatRunsAndItsLogShowNoSecret() throws Exception {
    quiet("config", "check", "--effective");
    quiet("config", "check", "--json");
    quiet("doctor");
    quiet("doctor", "--json");
    quiet("plan", told("umbrella"));
    quiet("plan", "--json", told("umbrella"));
    quiet("run", told("umbrella"));
    var kept = quiet("run", "--json", estate.change() + because());
    assertThat(kept.exit()).as("what an overlay keeps of a request").isZero();
    var ran = quiet("run", "--json", estate.change());
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    for (String look : List.of("status", "scan", "validate", "drift", "top", "recover")) {
      quiet(look);
      quiet(look, "--json");
    }
    quiet("history", "umbrella", "--json");
    quiet("rollback", "last", "--json");
    assertThat(TRACED).isNotEmpty();
    clean("traces", String.join("\n", TRACED));
    logsAreClean();
    storesAreClean();
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
    wrong.put("cluster and daemon", env("CONFIG", walled().toString()));

    for (var one : wrong.entrySet()) {
      quietWith(one.getValue(), "doctor");
      quietWith(one.getValue(), "run", "--json", told("umbrella"));
    }
    try (var nats = Nats.start(folder.resolve("guarded"), "authorization {token: other}")) {
      var unreadable =
          env("NATS_URL", "nats://agent:" + CANARIES.of("not encoded") + "@" + nats.address());
      assertThat(quietWith(unreadable, "doctor").err()).contains("is not a URL");
      var refused = env("NATS_URL", "nats://agent:" + path("nats") + "@" + nats.address());
      quietWith(refused, "doctor");
      quietWith(refused, "run", "--json", estate.change());
    }
    logsAreClean();
    storesAreClean();
  }

  @Test
  void whoeverCallsOrIsToldSeesNoSecret() throws Exception {
    var environment = Map.of("DEPLOYCLAW_CONFIG", config.toString(), "DEPLOYCLAW_LOG", "debug");
    String err;
    try (var agent = Sidecar.start(estate, environment)) {
      String escaped = told("umbrella").replace("\"", "\\\"");
      var accepted = agent.submit(escaped);
      clean("accepted task", accepted);
      String id = accepted.text("execution_id");
      Await.until(
          "the task ends", SOON, () -> !agent.result(id).isEmpty() && ended(agent.result(id)));
      clean("events", String.join("\n", agent.follow(id)));
      clean("wrong token", agent.post("/v1/tasks", CANARIES.of("token").replace("\"", "x"), "{}"));
      clean("wrong body", agent.post("/v1/tasks", ApiClient.OPERATOR, "{\"" + escaped + "\": 1}"));
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
              "/nothing/"
                  + java.net.URLEncoder.encode(CANARIES.of("redis"), StandardCharsets.UTF_8),
              "/v1/executions/no-" + CANARIES.of("plain").replaceAll("[^a-z0-9]", ""))) {
        clean(path, agent.get(path));
      }
      clean("held task", agent.post("/v1/tasks", ApiClient.OPERATOR, held(estate.change())));
      Await.until("a sink is told", SOON, () -> !TOLD.isEmpty());
      clean("notices", String.join("\n", TOLD));
      err = agent.err();
      agent.terminate(SOON);
    }
    clean("its own log", err);
    logsAreClean();
    storesAreClean();
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
        + CANARIES.of("further");
  }

  /** Is understood, and stays in etcd with the change that it asks for. */
  private static String because() {
    return " because " + CANARIES.of("redis") + " says so";
  }

  private static Agent.Ran quiet(String... words) {
    return quietWith(Map.of(), words);
  }

  private static Agent.Ran quietWith(Map<String, String> more, String... words) {
    var environment =
        new HashMap<>(Map.of("DEPLOYCLAW_CONFIG", config.toString(), "DEPLOYCLAW_LOG", "debug"));
    environment.putAll(more);
    var ran = estate.agent(environment).run(words);
    clean("standard output of " + words[0], ran.out());
    clean("standard error of " + words[0], ran.err());
    return ran;
  }

  private static void clean(String place, ApiClient.Answer answer) {
    clean(place, answer.body() + answer.location());
  }

  private static void clean(String place, String text) {
    CANARIES.assertNoneIn(place, text);
  }

  private static void logsAreClean() throws IOException {
    Path page = folder.resolve("log.html");
    quiet("log", "last");
    quiet("log", "last", "--json");
    quiet("log", "last", "--html", page.toString());
    quiet("audit", "explain", "last", "--all");
    clean("the log's page", Files.readString(page));
  }

  /** Everything that anybody else may read: the stream, etcd, the bucket, the state folder. */
  private static void storesAreClean() throws Exception {
    var keys = new Keyspace(estate.config().etcd()).below("");
    assertThat(keys).isNotEmpty();
    keys.forEach((key, value) -> clean("etcd " + key, Canaries.readable(value)));
    clean("the stream", String.join("\n", streamed()));
    clean("the bucket", texts(estate.lab().folder().resolve("s3/data")));
    clean("the state folder", texts(estate.config().stateDir()));
  }

  private static List<String> streamed() throws Exception {
    var nats = io.nats.client.Nats.connect(estate.config().nats().url());
    try {
      JetStreamManagement stream = nats.jetStreamManagement();
      long last = stream.getStreamInfo(STREAM).getStreamState().getLastSequence();
      assertThat(last).isPositive();
      var out = new java.util.ArrayList<String>();
      for (long seq = 1; seq <= last; seq++) {
        out.add(new String(stream.getMessage(STREAM, seq).getData(), StandardCharsets.UTF_8));
      }
      return out;
    } finally {
      nats.close();
    }
  }

  private static String texts(Path root) throws IOException {
    var out = new StringBuilder();
    try (var files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.append(file)
            .append('\n')
            .append(Canaries.readable(Files.readAllBytes(file)))
            .append('\n');
      }
    }
    assertThat(out).isNotEmpty();
    return out.toString();
  }

  private static Map<String, String> env(String key, String value) {
    return Map.of("DEPLOYCLAW_" + key, value);
  }

  /** The lab's Redis takes the agent's password, besides letting everybody in. */
  private static void letIn() {
    var cluster = RedisCluster.adopt(estate.lab().folder().resolve("redis"));
    for (var address : cluster.nodes()) {
      cluster
          .node(address)
          .call(
              "ACL",
              "SETUSER",
              "deployclaw-agent",
              "on",
              ">" + CANARIES.of("redis"),
              "~*",
              "&*",
              "+@all");
    }
  }

  private static Path configured() throws Exception {
    Path model = secret("model key");
    String url = "http://127.0.0.1:" + echo.getAddress().getPort();
    String webhook = url + "/hooks/" + path("webhook path") + "?key=" + path("webhook query");
    return Files.writeString(
        estate.lab().config().resolveSibling("canaries.yaml"),
        Files.readString(estate.lab().config())
                .replaceFirst(
                    "(?m)^redis: \\{",
                    "redis: {username: deployclaw-agent, passwordFile: \""
                        + secret("redis")
                        + "\", ")
                .replaceFirst(
                    "(?m)^nats: \\{url: \"nats://",
                    "nats: {credentialsFile: \""
                        + natsFile()
                        + "\", url: \"nats://agent:"
                        + path("nats address")
                        + "@")
            + """
            redact: ['%s']
            model: {provider: openai, name: some, url: "%s/v1", apiKeyFile: "%s", attempts: 1}
            telemetry: {endpoint: "%s/otlp", headersFile: "%s"}
            notify:
              - {name: hook, type: webhook, url: "%s", secretFile: "%s"}
              - {name: pager, type: pagerduty, url: "%s", routingKeyFile: "%s"}
              - {name: alerts, type: alertmanager, url: "%s", tokenFile: "%s"}
            """
                .formatted(
                    CANARIES.of("further"),
                    url,
                    model,
                    url,
                    headers(),
                    webhook,
                    secret("webhook secret"),
                    url,
                    secret("routing key"),
                    url,
                    secret("alertmanager token")));
  }

  private static Path headers() throws IOException {
    String lines = "authorization=Bearer " + path("collector token") + "\n";
    return Files.writeString(folder.resolve("headers"), lines);
  }

  private static Path secret(String channel) throws IOException {
    return Files.writeString(
        folder.resolve(channel.replace(' ', '-')), CANARIES.of(channel) + "\n");
  }

  /** One that may stand in an address as it is. */
  private static String path(String channel) {
    CANARIES.add(channel, CANARIES.of(channel).replaceAll("[^a-z0-9]", ""));
    return CANARIES.of(channel);
  }

  private static Path natsFile() throws Exception {
    var user = NKey.createUser(null);
    CANARIES.add("nats seed", new String(user.getSeed()));
    String jwt = "eyJ0eXAiOiJKV1QifQ." + path("nats jwt") + "." + path("nats signature");
    return Files.writeString(
        folder.resolve("nats.creds"),
        """
        -----BEGIN NATS USER JWT-----
        %s
        ------END NATS USER JWT------

        -----BEGIN USER NKEY SEED-----
        %s
        ------END USER NKEY SEED------
        """
            .formatted(jwt, new String(user.getSeed())));
  }

  /** Besides, a cluster and a daemon that let nobody in. */
  private static Path walled() throws IOException {
    return Files.writeString(
        config.resolveSibling("walled.yaml"),
        Files.readString(config)
            + """
            kubernetes: {kubeconfig: "%s", namespaces: [edge-ap]}
            docker: {host: "tcp://127.0.0.1:%d", tls: {ca: "%s", cert: "%s", key: "%s"}}
            """
                .formatted(
                    kubeconfig(),
                    echo.getAddress().getPort(),
                    key("docker ca"),
                    key("docker certificate"),
                    key("docker key")));
  }

  private static Path kubeconfig() throws IOException {
    String token = path("kubernetes token");
    return Files.writeString(
        folder.resolve("kube.yaml"), Canaries.kubeconfig(echo.getAddress().getPort(), token));
  }

  private static Path key(String channel) throws IOException {
    String body = "-----BEGIN PRIVATE KEY-----\n" + path(channel) + "\n-----END PRIVATE KEY-----\n";
    return Files.writeString(folder.resolve(channel.replace(' ', '-')), body);
  }

  /** Refuses, and quotes all that it was sent. */
  private static void echo(HttpExchange exchange) throws IOException {
    var said = new StringBuilder("you sent " + exchange.getRequestURI());
    exchange.getRequestHeaders().forEach((k, v) -> said.append(' ').append(k).append(v));
    byte[] sent = exchange.getRequestBody().readAllBytes();
    String body = new String(sent, StandardCharsets.UTF_8);
    if (exchange.getRequestURI().getPath().equals("/otlp/v1/traces")) {
      TRACED.add(Canaries.readable(sent));
    }
    if (exchange.getRequestURI().getPath().startsWith("/hooks/")) {
      TOLD.add(body);
    }
    byte[] answer = said.append(body).toString().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(401, answer.length);
    exchange.getResponseBody().write(answer);
    exchange.close();
  }
}
