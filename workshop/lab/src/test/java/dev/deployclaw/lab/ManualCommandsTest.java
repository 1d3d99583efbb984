package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.network.FakeHttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The manual's commands, as somebody pastes them into a shell. Only what a reader replaces is
 * replaced: ids, hashes, dates, and where things are. {@link ManualBlocks} names what isn't pasted.
 */
@Slow(
    guard = "dev.deployclaw.lab.ManualBlocksTest",
    because = "it pastes the manual into shells beside a real estate")
@SuppressWarnings("NullAway.Init") // the estate is brought up before each test
class ManualCommandsTest extends OwnLabCases {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final String DECIDES = "0123456789abcdef0123456789abcdef";
  private static final String EXECUTION = "arch-[0-9-]+-rate-limit-[0-9]+";
  private static final String TIER =
      """
      domain: shop
      descriptors:
        - key: tenant
          value: %s
          rate_limit: {unit: minute, requests_per_unit: 60}
      """;
  private static final String REQUEST =
      """
      {"time": "2026-11-26T06:00:01Z", "method": "GET", "uri": "/search", "host": "search", \
      "remote_addr": "10.0.0.1", "tenant_id": "acme"}
      """;
  private static final String POLICY =
      """
      apiVersion: deployclaw.dev/v1
      kind: RateLimitPolicy
      metadata: {tenant: acme}
      spec: {limits: [{name: search, match: {service: search}, requests: %d, window: 1m}]}
      """;

  /** The tokens of whose hashes the page has an example. */
  private static final Map<String, String> TOKENS = Map.of("TOKEN", "test", "ANNS_TOKEN", "test2");

  @TempDir Path folderOfShell;

  private static final FakeHttpServer DESK = FakeHttpServer.answering(200);
  private static Path config;
  private static ServingAgent agent;
  private ManualShell shell;

  /** Commands that are pasted reach the agent that serves, as they do on a reader's machine. */
  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
    var estate = LiveEstate.of(scene.lab(), scene.config());
    var first = estate.agent(Map.of()).apart().learn("run", LiveEstate.ALL);
    assertThat(first.exit()).as(first.err()).isZero();
    var tokens = secret("tokens.yaml", tokens());
    config = scene.lab().config().resolveSibling("manual.yaml");
    Files.writeString(config, Files.readString(scene.lab().config()) + serving(tokens));
    agent =
        ServingAgent.start(
            estate,
            Map.of(
                "DEPLOYCLAW_CONFIG", config.toString(),
                "DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "false",
                "DEPLOYCLAW_SERVE_TOKENS_FILE", tokens.toString()));
  }

  private static String serving(Path tokens) throws IOException {
    return """
    serve: {nats: {}, tokensFile: "%s"}
    approvals:
      - {name: desk, type: webhook, url: "%s", secretFile: "%s", decisionSecretFile: "%s",
         people: {ann@example.net: ann}}
    """
        .formatted(
            tokens,
            DESK.url(),
            secret("desk-out", "f" + DECIDES.substring(1)),
            secret("desk-in", DECIDES));
  }

  private static Path secret(String name, String text) throws IOException {
    return TestFiles.secret(folder.resolve("secrets").resolve(name), text);
  }

  @AfterAll
  @SuppressWarnings("NullAway") // where the estate didn't come up
  static void close() {
    if (agent != null) {
      agent.close();
    }
    DESK.close();
  }

  @BeforeEach
  void shell() throws IOException {
    shell = new ManualShell(folderOfShell, config);
    Files.createDirectory(folderOfShell.resolve("policies"));
  }

  @Test
  void thoseOfServing() throws Exception {
    paste(block("docs/tasks/serve.md#1"));
    assertThat(file("tokens.yaml")).hasContent(tokens());
    String calls =
        block("docs/tasks/serve.md#2")
            .replaceFirst("API=\\S+;", "")
            .replaceAll(EXECUTION, "\\$(cat id)")
            .replace("plan=1a2b3c4d", "plan=$(cat plan)");

    paste(ManualShell.READER + calls, told());

    assertThat(Files.readAllLines(file("codes")).stream().map(ManualCommandsTest::plain))
        .containsExactly(
            "202 /v1/tasks",
            "200 /v1/executions/ID/events",
            "202 /v1/tasks",
            "200 /v1/executions/ID/plan",
            "202 /v1/executions/ID/approve",
            "202 /v1/executions/last/rollback",
            "200 /v1/freeze",
            "200 /v1/thaw");
  }

  @Test
  void thoseOfNats() throws Exception {
    String port = Integer.toString(URI.create(scene.config().nats().url()).getPort());

    String said =
        paste(ManualShell.NATS + block("docs/tasks/serve.md#3"), Map.of("NATS_PORT", port));

    assertThat(said.strip()).isIn("COMPLETED", "NO_CHANGE");
  }

  @Test
  void thoseOfADecisionByWebhook() throws Exception {
    String held =
        """
        {"request": "set acme's search limit to 777 per minute", "approval": "manual"}
        """;
    String id = agent.post("/v1/tasks", "test", held).text("execution_id");
    var card = card(id);
    Files.writeString(Files.createDirectory(file("secrets")).resolve("desk-in"), DECIDES);
    var told = told();
    told.putAll(Map.of("ID", id, "PLAN", text(card, "plan"), "SHOWN", text(card, "shown")));

    String decided = paste(block("docs/tasks/approve-in-chat.md#1"), told);

    assertThat(decided).contains(id);
    BoundedWait.until(id + " is done", LONGEST, () -> !result(id).matches("HELD|UNFINISHED"));
    assertThat(result(id)).isEqualTo("COMPLETED");
  }

  private static String result(String id) {
    return agent.get("/v1/executions/" + id, "test").text("result");
  }

  @Test
  void thoseOfLogs() throws Exception {
    assertThat(agent.get("/v1/executions", "test").status()).isEqualTo(200);
    paste("deployclaw status"); // by the agent, which records its peer
    paste(block("docs/tasks/check-logs.md#1"));
    paste(block("docs/tasks/check-logs.md#2"));
    paste(block("docs/tasks/check-logs.md#3"));

    assertThat(file("log.html")).content().contains("<html");
    assertThat(file("november.html")).content().contains("2026-11");
    assertThat(file("changes.csv")).content().contains("requester");
    assertThat(file("events.jsonl")).content().contains("\"class_uid\":6003");
    assertThat(paste("deployclaw audit sign-ins"))
        .containsPattern("signed-in +olivia +token +127.0.0.1")
        .containsPattern("signed-in +\\S+ +peer +agent.sock")
        .endsWith(" 0 not verified\n")
        .doesNotContain("Bearer");
    Files.createSymbolicLink(file("docs"), ManualBlocks.ROOT.resolve("docs").toRealPath());
    paste(block("docs/verify/README.md#1"));
  }

  @Test
  void thoseOfTheFirstPage() throws Exception {
    paste("deployclaw run \"set umbrella's search limit to 500 per minute\"");

    assertThat(paste(block("README.md#2"))).contains("COMPLETED");
  }

  @Test
  void thoseOfTheSkill() throws Exception {
    String request = "set acme's search limit to 650 per minute; hold for approval";
    String commands =
        block("SKILL.md#1")
            .replace("run \"REQUEST\"", "run \"REQUEST\" --json > held || [ $? = 5 ]")
            .replace("approve ID", "approve $(jq -r .execution_id held)")
            .replace("REQUEST", request);

    assertThat(paste(commands)).contains("\"result\": \"COMPLETED\"");
  }

  /** It bakes for ten minutes each: read, not run. */
  @Test
  void thoseOfACanary() throws Exception {
    String planned =
        block("docs/concepts/canary.md#1").replace("deployclaw run", "deployclaw plan");

    assertThat(paste(planned)).contains("a canary of 5% then 25%");
  }

  /** With fewer gateways, as the page says how. */
  @Test
  void thoseOfTheLab() throws Exception {
    var lab = LabEstate.in(folderOfShell.toRealPath().resolve(".deployclaw/lab"));
    try {
      String small = block("docs/tasks/lab.md#1").replace("lab up ", "lab up --gateways 3 ");
      assertThat(paste("unset DEPLOYCLAW_CONFIG\n" + small)).contains("gw-03");
    } finally {
      lab.down();
    }
  }

  @Test
  void thoseOfApprovals() throws Exception {
    int requests = 640;
    for (String line : block("docs/concepts/approvals.md#1").lines().toList()) {
      var held =
          scene.run(
              "run", "set acme's search limit to " + requests++ + " per minute; hold for approval");
      assertThat(held.exit()).as(held.err()).isEqualTo(5);
      String id = held.json().path("execution_id").asText();
      String plan = held.json().path("plan_hash").asText();
      boolean rejects = line.startsWith("deployclaw reject");
      paste(
          line.replaceFirst(" +#.*", "").replace("ID", id).replace("1a2b3c4d", plan.substring(0, 8))
              + (rejects ? " || [ $? = 11 ]" : ""));
    }
  }

  @Test
  void thoseOfCommands() throws Exception {
    Files.writeString(file("policies").resolve("acme.yaml"), POLICY.formatted(100));
    paste(block("docs/reference/commands.md#1"));

    var tomorrow = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
    var lines = block("docs/reference/commands.md#2").lines().toList();
    paste("deployclaw run \"set umbrella's search limit to 500 per minute\"");
    paste(
        lines.getFirst().replaceFirst("at 2[^\"]*", "at " + tomorrow)
            + " --json > run || [ $? = 5 ]");
    paste(
        lines
                .getLast()
                .replaceFirst(EXECUTION, "\\$(jq -r .execution_id run)")
                .replaceFirst(" +#.*", "")
            + " || [ $? = 11 ]");

    Files.writeString(
        Files.createDirectory(file("live")).resolve("acme.yaml"), POLICY.formatted(100));
    Files.writeString(Files.createDirectory(file("new")).resolve("acme.yaml"), POLICY.formatted(1));
    pack(file("access.json.gz"), REQUEST.repeat(3));
    paste(block("docs/reference/commands.md#3"));
  }

  @Test
  void thoseOfImports() throws Exception {
    var tiers = Files.createDirectory(file("ratelimit"));
    Files.writeString(tiers.resolve("tiers.yaml"), TIER.formatted("first"));
    Files.writeString(file("config.yaml"), TIER.formatted("second"));
    paste(block("docs/tasks/import.md#1"));
    assertThat(file("policies/second.yaml")).exists();

    String node = scene.redis().primaries().getFirst().toString();
    Files.writeString(
        file("limits.yaml"),
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: limits}\ndata: {third: \"120\"}\n");
    Files.writeString(
        file("nginx.conf"),
        """
        http {
          limit_req_zone $binary_remote_addr zone=all:10m rate=10r/s;
          server { location / { limit_req zone=all burst=5 nodelay; } }
        }
        """);
    paste(
        block("docs/tasks/import.md#2")
            .replace("10.0.0.7:6379", node)
            .replace("/etc/nginx/nginx.conf", "nginx.conf"));
    assertThat(file("policies/third.yaml")).exists();
  }

  @Test
  void thoseOfRequests() throws Exception {
    Files.writeString(file("requests.txt"), "terse | block acme | block acme\n");
    Files.writeString(file("estate.yaml"), "tenants: {acme: {}}\nservices: [search]\n");

    assertThat(paste(block("docs/concepts/requests.md#1"))).contains("answered by the grammar");
  }

  @Test
  void thoseOfSecretsForACluster() throws Exception {
    Files.createDirectories(file("container/kubernetes"));

    paste(block("docs/tasks/container.md#3"));

    var secrets = file("container/kubernetes/secrets");
    assertThat(secrets.resolve("audit-key.pem")).content().contains("PRIVATE KEY", "PUBLIC KEY");
    assertThat(Files.readAllLines(secrets.resolve("probe.key"))).hasSize(2);
    assertThat(secrets.resolve("probe.pem")).doesNotExist();
  }

  private static Map<String, String> told() {
    var told = new TreeMap<>(TOKENS);
    told.put("API", agent.address());
    return told;
  }

  private static String tokens() {
    return block("docs/tasks/serve.md#1")
        .replaceFirst("(?s)^.*<<EOF\n", "")
        .replaceFirst("(?s)EOF\n.*", "");
  }

  /** What the webhook got of a hold. */
  private static JsonNode card(String id) {
    BoundedWait.until("its card came", LONGEST, () -> found(id).isPresent());
    return found(id).orElseThrow();
  }

  private static Optional<JsonNode> found(String id) {
    return DESK.requests().stream()
        .map(request -> json(request.body()))
        .filter(card -> text(card, "execution_id").equals(id) && text(card, "event").equals("held"))
        .findFirst();
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(JsonNode of, String field) {
    return of.path(field).asText();
  }

  private static void pack(Path file, String text) throws IOException {
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private static String block(String name) {
    return ManualBlocks.commands(name);
  }

  private String paste(String commands) throws IOException {
    return shell.paste(commands);
  }

  private String paste(String commands, Map<String, String> more) throws IOException {
    return shell.paste(commands, more);
  }

  private Path file(String name) {
    return folderOfShell.resolve(name);
  }

  private static String plain(String line) {
    return line.replaceFirst(EXECUTION, "ID");
  }
}
