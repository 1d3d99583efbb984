package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.secret.UnmaskedTextException;
import dev.deployclaw.container.http.Served.Answer;
import dev.deployclaw.container.notification.BodySignature;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.spi.StateStore.Entry;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A secret that another process holds, typed wherever people's words enter over HTTP. */
class TypedSecretTest {
  private static final String SECRET = "held-by-another-process";
  private static final SecretValue PLATFORM = new SecretValue("signs-what-the-platform-sends");

  @TempDir Path folder;

  private final Queue<String> read = new ConcurrentLinkedQueue<>();
  private volatile boolean away;
  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.forAgents(folder, ServerFixture.patient(), this::masked);
    var planner = served.world.planner;
    served.world.planner =
        (request, names) -> {
          read.add(request.text());
          return planner.interpret(request, names);
        };
  }

  private String masked(String text) {
    if (away) {
      throw new UnmaskedTextException("the executor host is away");
    }
    return text.replace(SECRET, "***");
  }

  @Test
  void isKeptNowhere() throws Exception {
    String rejected = held();
    assertThat(decided(rejected, "reject").status()).isEqualTo(202);
    served.awaitResult(rejected, "ABORTED");
    String clicked = held();
    assertThat(signed(clicked).status()).isEqualTo(202);
    served.awaitResult(clicked, "ABORTED");
    String asked = served.done("what about " + SECRET, "NEEDS_CLARIFICATION");
    for (var answer : typed(asked)) {
      assertThat(answer.status()).as(answer.body()).isIn(200, 202, 400);
      assertThat(answer.body()).doesNotContain(SECRET);
    }
    String done = served.done("apply because " + SECRET + " says so", "COMPLETED");
    assertThat(run().body()).contains("***").doesNotContain(SECRET);
    assertThat(frozen().status()).isEqualTo(200);

    assertThat(served.get("/v1/executions/" + rejected, VIC).body()).contains("*** disagrees");
    assertThat(served.get("/v1/executions/" + clicked, VIC).body()).contains("*** disagrees");
    assertThat(served.get("/v1/executions/" + done, VIC).body()).contains("because *** says so");
    assertThat(served.get("/v1/status", VIC).body()).contains("*** leaked");
    assertThat(read).isNotEmpty().noneMatch(text -> text.contains(SECRET));
    assertThat(kept()).isNotEmpty().noneMatch(text -> text.contains(SECRET));
  }

  @Test
  void isRefusedWhileTheOtherProcessIsAwayAndAFreezeLeavesItOut() throws Exception {
    String held = held();
    String asked = served.done("what about it", "NEEDS_CLARIFICATION");
    int before = read.size();
    away = true;
    var kept = entries();

    var refused = new ArrayList<>(typed(asked));
    refused.addAll(List.of(decided(held, "reject"), decided(held, "approve"), signed(held)));
    for (var answer : refused) {
      assertThat(answer.status()).as(answer.body()).isEqualTo(503);
      assertThat(answer.text("detail")).contains("can't be masked: the executor host is away");
      assertThat(answer.header("Retry-After")).isNotEmpty();
    }
    assertThat(run().body()).contains("\"isError\":true").contains("can't be masked");
    assertThat(entries()).isEqualTo(kept);
    assertThat(read).hasSize(before);

    assertThat(frozen().status()).isEqualTo(200);
    assertThat(served.get("/v1/status", VIC).body()).contains("left out").doesNotContain(SECRET);
    String plan = served.world.change(held).orElseThrow().planHash();
    String path = "/v1/executions/" + held + "/reject?plan=" + plan;
    assertThat(served.post(path, ANN, "").status()).as("without words").isEqualTo(202);
    served.awaitResult(held, "ABORTED");
  }

  @Test
  void aSignedDecisionMayComeAgainOnceItCanBeMasked() {
    String held = held();
    String body = decision(held);
    String signature = BodySignature.header(PLATFORM, Instant.now().getEpochSecond(), bytes(body));
    away = true;
    assertThat(signed(body, signature).status()).isEqualTo(503);
    away = false;

    assertThat(signed(body, signature).status()).isEqualTo(202);
    served.awaitResult(held, "ABORTED");
  }

  private String held() {
    String body = "{\"request\": \"apply\", \"approval\": \"manual\"}";
    String id = served.post("/v1/tasks", OLIVIA, body).text("execution_id");
    served.awaitResult(id, "HELD");
    return id;
  }

  /** What each other place of the API says to the secret. */
  private List<Answer> typed(String asked) {
    return List.of(
        served.post("/v1/tasks", OLIVIA, task(SECRET)),
        served.post("/v1/questions", VIC, task("who is " + SECRET)),
        served.post("/v1/tasks/" + asked + "/answers", OLIVIA, "{\"answer\": \"" + SECRET + "\"}"),
        served.post("/v1/plans", VIC, task("apply " + SECRET)),
        served.post("/v1/drafts", OLIVIA, task("apply " + SECRET)));
  }

  private Answer decided(String id, String word) {
    String plan = served.world.change(id).orElseThrow().planHash();
    String path = "/v1/executions/%s/%s?plan=%s".formatted(id, word, plan);
    return served.post(path, ANN, "{\"reason\": \"" + SECRET + " disagrees\"}");
  }

  private String decision(String id) {
    return ("{\"execution_id\": \"%s\", \"decision\": \"reject\", \"user\": \"ann@example.net\","
            + " \"plan\": \"%s\", \"shown\": \"%s\", \"reason\": \"%s disagrees\"}")
        .formatted(
            id,
            served.world.change(id).orElseThrow().planHash(),
            served.get("/v1/executions/" + id + "/hold", ANN).text("shown"),
            SECRET);
  }

  private Answer signed(String id) {
    String body = decision(id);
    return signed(
        body, BodySignature.header(PLATFORM, Instant.now().getEpochSecond(), bytes(body)));
  }

  private Answer signed(String body, String signature) {
    return served.send(
        served
            .request("/v1/approvals/described-webhook/decisions", "")
            .header(BodySignature.HEADER, signature)
            .POST(BodyPublishers.ofString(body)));
  }

  private Answer frozen() {
    return served.post("/v1/freeze", OLIVIA, "{\"reason\": \"" + SECRET + " leaked\"}");
  }

  /** By a tool of MCP. */
  private Answer run() {
    String call =
        """
        {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "run",
          "arguments": {"request": "apply as %s asks"}, "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {}}}}
        """
            .formatted(SECRET);
    return served.send(
        served
            .request("/mcp", OLIVIA)
            .header("Content-Type", "application/json")
            .header("Mcp-Method", "tools/call")
            .header("Mcp-Name", "run")
            .header("MCP-Protocol-Version", "2026-07-28")
            .POST(BodyPublishers.ofString(call)));
  }

  /** Of etcd, the logs and the state folder. */
  private List<String> kept() throws Exception {
    var out = new ArrayList<String>();
    for (Entry entry : served.world.store.list("")) {
      out.add(entry.key() + " " + new String(entry.value(), StandardCharsets.UTF_8));
    }
    for (String execution : served.world.journal.known()) {
      served
          .world
          .journal
          .read(execution)
          .forEach(r -> out.add(new String(r, StandardCharsets.UTF_8)));
    }
    try (var files = Files.walk(folder.resolve("state"))) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        out.add(text(file));
      }
    }
    return out;
  }

  private List<String> entries() throws InterruptedException {
    return served.world.store.list("").stream().map(Entry::key).toList();
  }

  private static String text(Path file) throws IOException {
    return Files.readString(file, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
