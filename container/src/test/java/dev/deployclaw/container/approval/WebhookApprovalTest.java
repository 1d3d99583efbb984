package dev.deployclaw.container.approval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.notification.BodySignature;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import dev.deployclaw.testkit.network.FakeHttpServer.Request;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A channel to any program: signed cards out, signed decisions in, and forged ones. */
class WebhookApprovalTest {
  private static final SecretValue OUT = new SecretValue("signs-what-the-agent-sends");
  private static final SecretValue IN = new SecretValue("signs-what-the-program-sends");
  @TempDir Path folder;

  private final ShiftedClock clock = new ShiftedClock();
  private final Queue<Answer> mood = new ConcurrentLinkedQueue<>();
  private final FakeHttpServer program =
      FakeHttpServer.start(_ -> Optional.ofNullable(mood.poll()).orElseGet(() -> Answer.of(204)));
  private Served served;

  @BeforeEach
  void start() throws Exception {
    var channel =
        new ApprovalChannelConfig(
            "reviews",
            Optional.empty(),
            Map.of("ann@example.net", "ann", "both@example.net", "both"),
            new Platform.SignedWebhook(program.url() + "/holds", OUT, IN));
    served = Served.withChannels(folder, List.of(channel), SlackWorkspace.QUICK, clock);
  }

  @AfterEach
  void stop() {
    served.close();
    program.close();
  }

  @Test
  void sendsASignedCardTakesASignedDecisionAndSendsTheEnd() {
    var card = held();
    assertThat(card.path("requester").asText()).isEqualTo("olivia");
    assertThat(card.path("changes").toString()).contains("acme");

    var answer = send(decision(card, "approve", "ann"));

    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    served.awaitResult(card.path("execution_id").asText(), "COMPLETED");
    var end = await("ended");
    assertThat(end.path("result").asText()).isEqualTo("approved");
    assertThat(end.path("sentence").asText())
        .startsWith("Approved by ann in the channel reviews, ");
    for (var request : program.requests()) {
      assertSigned(request);
    }
  }

  @Test
  void theLogHasTheReasonOfARejection() {
    var card = held();
    String body = decision(card, "reject", "ann").replace("}", ", \"reason\": \"too much\"}");

    assertThat(send(body).status()).isEqualTo(202);

    String id = card.path("execution_id").asText();
    served.awaitResult(id, "ABORTED");
    assertThat(served.get("/v1/executions/" + id, Served.VIC).body()).contains("too much");
    assertThat(await("ended").path("result").asText()).isEqualTo("rejected");
  }

  @Test
  void sendsTheSameCardAgainAfterAnOutage() {
    mood.addAll(
        List.of(
            new Answer(429, Map.of("Retry-After", "1")),
            Answer.of(500),
            Answer.SILENCE,
            Answer.of(302)));

    var _ = held();

    BoundedWait.until("sent", ServerFixture.SOON, () -> program.requests().size() == 5);
    assertThat(program.requests().stream().map(r -> r.headers().getFirst("DC-Delivery")).distinct())
        .hasSize(1);
  }

  @Test
  void takesNoForgedOrForeignDecision() {
    var card = held();
    String yes = decision(card, "approve", "ann");
    long now = clock.instant().getEpochSecond();

    assertThat(send(yes, "").status()).isEqualTo(401);
    assertThat(send(yes, signed(OUT, now, yes)).status()).isEqualTo(401);
    assertThat(send(yes, signed(IN, now - 301, yes)).status()).isEqualTo(401);
    assertThat(send(yes.replace("ann@", "both@"), signed(IN, now, yes)).status()).isEqualTo(401);
    assertThat(send(card.toString()).text("place")).startsWith("body.");
    assertThat(send("{").status()).isEqualTo(400);
    assertThat(send(yes.replace("\"user\"", "\"who\"")).text("place")).isEqualTo("body.who");
    assertThat(send(yes.replace("approve", "maybe")).text("place")).isEqualTo("body.decision");
    var stranger = send(yes.replace("ann@", "vic@"));
    assertThat(stranger.status()).isEqualTo(403);
    assertThat(stranger.text("place")).isEqualTo("body.user");
    assertThat(send(yes.replace("arch-", "../")).text("place")).isEqualTo("body.execution_id");
    assertThat(send(yes.replace("arch-", "other-")).status()).isEqualTo(404);
    String shown = card.path("shown").asText();
    var stale = send(yes.replace(shown, "0".repeat(64)));
    assertThat(stale.text("type")).endsWith(":stale");
    assertThat(stale.text("place")).isEqualTo("body.shown");
    String plan = card.path("plan").asText();
    assertThat(send(yes.replace(plan, "0".repeat(64))).status()).isEqualTo(409);
    assertThat(served.world.change(card.path("execution_id").asText()).orElseThrow().approval())
        .isEmpty();

    String signature = signed(IN, now, yes);
    assertThat(send(yes, signature).status()).isEqualTo(202);
    assertThat(send(yes, signature).text("detail")).isEqualTo("it was sent before");
    served.awaitResult(card.path("execution_id").asText(), "COMPLETED");
    clock.pass(Duration.ofSeconds(1));
    assertThat(send(yes).status()).isEqualTo(409);
  }

  @Test
  void takesTheSameCallAgainWhereItFoundNoPlace() throws Exception {
    var card = held();
    String yes = decision(card, "approve", "ann");
    String signature = signed(IN, clock.instant().getEpochSecond(), yes);
    served.world.store.reachable(false);
    assertThat(send(yes, signature).status()).isEqualTo(503);
    served.world.store.reachable(true);

    var again = send(yes, signature);

    assertThat(again.status()).as(again.body()).isEqualTo(202);
    assertThat(send(yes, signature).text("detail")).isEqualTo("it was sent before");
    served.awaitResult(card.path("execution_id").asText(), "COMPLETED");
  }

  /** With nothing added but what the page leaves to its reader. */
  @Test
  void theCommandsOfThePageDecide() throws Exception {
    var card = held();
    String page = Files.readString(Path.of("../docs/tasks/approve-in-chat.md"));
    var commands = Pattern.compile("(?s)```sh\n(.*?)```").matcher(page);
    assertThat(commands.find()).isTrue();
    Files.createDirectories(folder.resolve("secrets"));
    Files.writeString(folder.resolve("secrets/desk-in"), IN.value() + "\n");
    var shell =
        new ProcessBuilder("bash", "-euc", commands.group(1).replace("/desk/", "/reviews/"))
            .directory(folder.toFile())
            .redirectErrorStream(true);
    shell.environment().put("API", served.address());
    shell.environment().put("ID", card.path("execution_id").asText());
    shell.environment().put("PLAN", card.path("plan").asText());
    shell.environment().put("SHOWN", card.path("shown").asText());

    var run = shell.start();
    String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(run.waitFor()).as(said).isZero();
    assertThat(said).contains("\"location\"");
    served.awaitResult(card.path("execution_id").asText(), "COMPLETED");
  }

  @Test
  void takesNoDecisionAfterItsTime() {
    var card = held();
    clock.pass(Duration.ofHours(2));

    assertThat(send(decision(card, "approve", "ann")).text("detail"))
        .isEqualTo("the time to decide is over");
    assertThat(await("ended").path("result").asText()).isEqualTo("expired");
  }

  private JsonNode held() {
    var _ = served.done("apply manually", "HELD");
    return await("held");
  }

  private JsonNode await(String event) {
    BoundedWait.until(event, ServerFixture.SOON, () -> of(event).isPresent());
    return of(event).orElseThrow();
  }

  private Optional<JsonNode> of(String event) {
    return program.requests().stream()
        .map(r -> Served.json(r.body()))
        .filter(b -> b.path("event").asText().equals(event))
        .findFirst();
  }

  private static String decision(JsonNode card, String decision, String user) {
    return """
    {"execution_id": "%s", "decision": "%s", "user": "%s@example.net", "plan": "%s", "shown": "%s"}
    """
        .formatted(
            card.path("execution_id").asText(),
            decision,
            user,
            card.path("plan").asText(),
            card.path("shown").asText())
        .strip();
  }

  private Served.Answer send(String body) {
    return send(body, signed(IN, clock.instant().getEpochSecond(), body));
  }

  private Served.Answer send(String body, String signature) {
    return served.send(
        served
            .request("/v1/approvals/reviews/decisions", "")
            .header("Content-Type", "application/json")
            .header("DC-Signature", signature)
            .POST(BodyPublishers.ofString(body)));
  }

  private static String signed(SecretValue secret, long seconds, String body) {
    return BodySignature.header(secret, seconds, body.getBytes(StandardCharsets.UTF_8));
  }

  private static void assertSigned(Request request) {
    String header = request.headers().getFirst("DC-Signature");
    long seconds = Long.parseLong(header.replaceFirst("t=(\\d+),.*", "$1"));
    assertThat(header).isEqualTo(BodySignature.header(OUT, seconds, request.bytes()));
  }
}
