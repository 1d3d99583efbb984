package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
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

  /** What an agent that serves is told, and so must commands be that reach it by its socket. */
  private static final Map<String, String> SERVING =
      Map.of("DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "true", "DEPLOYCLAW_LOG", "info");

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

  /** Takes the words of the program of that name, which a machine may not have. */
  private static final String NATS =
      """
      nats() {
        local subject=$2 body=$3 inbox= head='NATS/1.0\\r\\n' line; shift 3
        while [ $# -gt 0 ]; do
          head+="${2%%:*}: ${2#*:}\\r\\n"
          case $2 in Deployclaw-Reply:*) inbox=${2#*:} ;; esac
          shift 2
        done
        printf -v head "$head\\r\\n"
        exec 3<>"/dev/tcp/127.0.0.1/$NATS_PORT"
        printf 'CONNECT {"verbose":false,"headers":true}\\r\\nSUB %s 1\\r\\n' "$inbox" >&3
        printf 'HPUB %s %d %d\\r\\n%s%s\\r\\n' "$subject" ${#head} $((${#head} + ${#body})) "$head" "$body" >&3
        while read -r -t 60 line <&3; do
          case $line in PING*) printf 'PONG\\r\\n' >&3 ;; *result*) echo "$line" | jq -r .result; return ;; esac
        done; false
      }
      """;

  @TempDir Path folderOfShell;

  private static final FakeHttpServer DESK = FakeHttpServer.answering(200);
  private static Path config;
  private ManualShell shell;

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
    var first = scene.run("run", LiveEstate.ALL);
    assertThat(first.exit()).as(first.err()).isZero();
    var in = Files.writeString(folder.resolve("desk-in"), DECIDES);
    var out = Files.writeString(folder.resolve("desk-out"), "f" + DECIDES.substring(1));
    config = scene.lab().config().resolveSibling("manual.yaml");
    Files.writeString(config.resolveSibling("manual-tokens.yaml"), tokens());
    Files.writeString(
        config,
        Files.readString(scene.lab().config())
            + """
            serve: {nats: {}, tokensFile: manual-tokens.yaml}
            approvals:
              - {name: desk, type: webhook, url: "%s", secretFile: "%s", decisionSecretFile: "%s",
                 people: {ann@example.net: ann}}
            """
                .formatted(DESK.url(), out, in));
  }

  @AfterAll
  static void close() {
    DESK.close();
  }

  @BeforeEach
  void shell() throws IOException {
    shell = new ManualShell(folderOfShell, config);
    Files.createDirectory(folderOfShell.resolve("policies"));
  }

  @Test
  void thoseOfServing() throws Exception {
    paste("deployclaw() { :; }\n" + block("docs/tasks/serve.md#1"));
    try (var agent = serving()) {
      String calls =
          block("docs/tasks/serve.md#2")
              .replaceFirst("API=\\S+;", "")
              .replaceAll(EXECUTION, "\\$(cat id)")
              .replace("plan=1a2b3c4d", "plan=$(cat plan)");

      paste(READER + calls, told(agent));

      assertThat(Files.readAllLines(file("codes")).stream().map(ManualCommandsTest::plain))
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

  /** A task from NATS, a decision by the webhook, and who signed in for all that. */
  @Test
  void thoseOfTheOtherWaysIn() throws Exception {
    Files.writeString(file("tokens.yaml"), tokens());
    try (var agent = serving()) {
      int port = URI.create(scene.config().nats().url()).getPort();
      String nats = paste(NATS + block("docs/tasks/serve.md#3"), Map.of("NATS_PORT", "" + port));
      assertThat(nats.strip()).isIn("COMPLETED", "NO_CHANGE");

      String held =
          """
          {"request": "set acme's search limit to 777 per minute", "approval": "manual"}
          """;
      String id = agent.post("/v1/tasks", "test", held).text("execution_id");
      var card = card(id);
      Files.writeString(Files.createDirectory(file("secrets")).resolve("desk-in"), DECIDES);
      var told = told(agent);
      told.putAll(Map.of("ID", id, "PLAN", text(card, "plan"), "SHOWN", text(card, "shown")));
      paste(block("docs/tasks/approve-in-chat.md#1"), told);
      BoundedWait.until(
          id + " is done",
          LONGEST,
          () -> agent.get("/v1/executions/" + id, "test").text("result").equals("COMPLETED"));

      paste("deployclaw status", SERVING);
    }
    String seen = paste("deployclaw audit sign-ins");
    assertThat(seen)
        .containsPattern("signed-in +olivia +token +127.0.0.1")
        .containsPattern("signed-in +\\S+ +peer +agent.sock")
        .endsWith("0 not verified\n")
        .doesNotContain("Bearer");
  }

  @Test
  void thoseOfLogs() throws Exception {
    paste(block("docs/tasks/check-logs.md#1"));
    paste(block("docs/tasks/check-logs.md#2"));
    paste(block("docs/tasks/check-logs.md#3"));

    assertThat(file("log.html")).content().contains("<html");
    assertThat(file("november.html")).content().contains("2026-11");
    assertThat(file("changes.csv")).content().contains("requester");
    assertThat(file("events.jsonl")).content().contains("\"class_uid\":6003");
    Files.createSymbolicLink(file("docs"), Path.of("..", "..", "docs").toRealPath());
    paste(block("docs/verify/README.md#1"));
  }

  @Test
  void thoseOfTheFirstPage() throws Exception {
    assertThat(paste(block("README.md#2"))).contains("COMPLETED");
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
    for (String line : block("docs/concepts/approvals.md#1").lines().toList()) {
      var held = scene.run("run", "set acme's search limit to 640 per minute; hold for approval");
      assertThat(held.exit()).as(held.err()).isEqualTo(5);
      String id = held.json().path("execution_id").asText();
      String plan = held.json().path("plan_hash").asText();
      boolean rejects = line.startsWith("deployclaw reject");
      paste(
          line.replace("ID", id).replace("1a2b3c4d", plan.substring(0, 8))
              + (rejects ? " || [ $? = 11 ]" : ""));
      var back = scene.run("run", "set acme's search limit to 600 per minute");
      assertThat(back.exit()).as(back.err()).isZero();
    }
  }

  @Test
  void thoseOfCommands() throws Exception {
    Files.writeString(file("policies").resolve("acme.yaml"), POLICY.formatted(100));
    paste(block("docs/reference/commands.md#1"));

    var tomorrow = Instant.now().plus(1, ChronoUnit.DAYS).truncatedTo(ChronoUnit.SECONDS);
    var lines = block("docs/reference/commands.md#2").lines().toList();
    paste(
        lines.getFirst().replaceFirst("at 2[^\"]*", "at " + tomorrow)
            + " --json > run || [ $? = 5 ]");
    paste(
        lines.getLast().replaceFirst(EXECUTION, "\\$(jq -r .execution_id run)") + "\n[ $? = 11 ]");

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
        "http {\n  limit_req_zone $binary_remote_addr zone=all:10m rate=10r/s;\n"
            + "  server { location / { limit_req zone=all burst=5 nodelay; } }\n}\n");
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

  private ServingAgent serving() throws IOException {
    var all = new TreeMap<>(SERVING);
    all.put("DEPLOYCLAW_SERVE_TOKENS_FILE", file("tokens.yaml").toString());
    all.put("DEPLOYCLAW_CONFIG", config.toString());
    return ServingAgent.start(LiveEstate.of(scene.lab(), scene.config()), all);
  }

  private static Map<String, String> told(ServingAgent agent) {
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
