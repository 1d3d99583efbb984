package dev.deployclaw.container.approval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.notification.BodySignature;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import dev.deployclaw.testkit.network.FakeHttpServer.Request;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Slack, as far as the agent meets it: a real HTTP server that keeps messages, checks the token,
 * and misbehaves as it is told; it signs clicks as Slack does.
 */
final class SlackWorkspace implements AutoCloseable {
  /** Looks ten times a second. */
  static final BackoffPolicy QUICK =
      new BackoffPolicy(
          Duration.ofMillis(50), Duration.ofSeconds(1), Duration.ofHours(1), Duration.ofSeconds(1));

  static final String ANN = "U0000ANN";
  static final String BOTH = "U000BOTH";
  static final String MALLORY = "U0MALLORY";
  static final String CHANNEL = "C0000001";
  static final String TEAM = "T0000001";

  private static final String TOKEN = "xoxb-token-of-the-agents-bot";
  private static final SecretValue SECRET = new SecretValue("the-signing-secret-of-slack");

  final Map<String, JsonNode> messages = new ConcurrentHashMap<>();
  final List<JsonNode> whispers = new CopyOnWriteArrayList<>();

  /** What the next calls get instead of an answer. */
  final Queue<Answer> mood = new ConcurrentLinkedQueue<>();

  /** Messages that name it are refused; empty for none. */
  volatile String refuses = "";

  private final AtomicInteger posted = new AtomicInteger();
  private final InstantSource time;
  final FakeHttpServer server;

  SlackWorkspace(InstantSource time) {
    this.time = time;
    this.server = FakeHttpServer.start(this::answer);
  }

  ApprovalChannelConfig channel() {
    return new ApprovalChannelConfig(
        "reviews",
        Optional.of("https://agent.example.net/"),
        Map.of(ANN, "ann", BOTH, "both"),
        new Platform.Slack(server.url(), CHANNEL, TEAM, new SecretValue(TOKEN), SECRET));
  }

  private Answer answer(Request request) {
    var misbehaviour = mood.poll();
    if (misbehaviour != null) {
      return misbehaviour;
    }
    if (!("Bearer " + TOKEN).equals(request.headers().getFirst("Authorization"))) {
      return Answer.json(200, "{\"ok\": false, \"error\": \"invalid_auth\"}");
    }
    var body = Served.json(request.body());
    if (!refuses.isEmpty() && request.body().contains(refuses)) {
      return Answer.json(200, "{\"ok\": false, \"error\": \"invalid_blocks\"}");
    }
    return switch (request.path()) {
      case "/chat.postMessage" ->
          said("1700000000." + "%06d".formatted(posted.incrementAndGet()), body);
      case "/chat.update" -> said(body.path("ts").asText(), body);
      case "/chat.postEphemeral" -> {
        whispers.add(body);
        yield Answer.json(200, "{\"ok\": true}");
      }
      case "/auth.test" -> Answer.json(200, "{\"ok\": true, \"team_id\": \"" + TEAM + "\"}");
      default -> Answer.json(200, "{\"ok\": false, \"error\": \"unknown_method\"}");
    };
  }

  private Answer said(String ts, JsonNode body) {
    messages.put(ts, body);
    return Answer.json(
        200, "{\"ok\": true, \"channel\": \"%s\", \"ts\": \"%s\"}".formatted(CHANNEL, ts));
  }

  /** How many messages were posted, rewritten ones not counted. */
  int posted() {
    return posted.get();
  }

  /** The one message that names an execution. */
  Optional<Map.Entry<String, JsonNode>> message(String execution) {
    return messages.entrySet().stream()
        .filter(m -> m.getValue().path("text").asText().contains(execution))
        .findFirst();
  }

  String shown(String execution) {
    return message(execution).map(m -> m.getValue().toString()).orElse("");
  }

  Optional<JsonNode> button(String execution, String action) {
    var elements =
        message(execution).map(m -> m.getValue().findValues("elements")).orElse(List.of());
    for (var list : elements) {
      for (var button : list) {
        if (button.path("action_id").asText().equals(action)) {
          return Optional.of(button);
        }
      }
    }
    return Optional.empty();
  }

  /** The body of a click on a button that is or was there. */
  String click(String user, String action, String ts, String value) {
    return payload(
        """
        {"type": "block_actions", "user": {"id": "%s", "team_id": "%s"}, "api_app_id": "A1",
         "token": "old", "trigger_id": "%s", "response_url": "http://127.0.0.1:1/elsewhere",
         "channel": {"id": "%s"}, "message": {"ts": "%s"},
         "actions": [{"type": "button", "action_id": "%s", "value": "%s"}]}
        """
            .formatted(user, TEAM, System.nanoTime(), CHANNEL, ts, action, value));
  }

  static String payload(String json) {
    return "payload=" + URLEncoder.encode(json, StandardCharsets.UTF_8);
  }

  Served.Answer send(Served served, String body) {
    return send(served, body, time.instant().getEpochSecond());
  }

  Served.Answer send(Served served, String body, long seconds) {
    return send(served, body, seconds, signature(body, seconds));
  }

  static Served.Answer send(Served served, String body, long seconds, String signature) {
    return served.send(
        served
            .request("/v1/approvals/reviews/slack", "")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("X-Slack-Request-Timestamp", Long.toString(seconds))
            .header("X-Slack-Signature", signature)
            .POST(BodyPublishers.ofString(body)));
  }

  static String signature(String body, long seconds) {
    return "v0="
        + BodySignature.hex(SECRET, "v0:" + seconds + ":", body.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public void close() {
    server.close();
  }
}
