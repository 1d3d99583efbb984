package dev.deployclaw.container.http;

import dev.deployclaw.container.approval.BotFramework;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.notification.BodySignature;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Channels whose platforms aren't there: what they send is made here. */
final class DescribedChannels {
  private static final SecretValue SECRET = new SecretValue("signs-what-the-platform-sends");
  private static final String NOWHERE = "http://127.0.0.1:1";
  private static final String SLACK = "described-slack";
  private static final String WEBHOOK = "described-webhook";
  private static final String TEAMS = "described-teams";

  /** Ends with the process. */
  static final BotFramework BOTS = new BotFramework(InstantSource.system());

  /** Where the webhook's receiver calls. */
  static final String DECISIONS = "/v1/approvals/" + WEBHOOK + "/decisions";

  static final List<ApprovalChannelConfig> ALL =
      List.of(
          new ApprovalChannelConfig(
              SLACK,
              Optional.empty(),
              Map.of("U0000001", "ann"),
              new Platform.Slack(NOWHERE, "C0000001", "T0000001", SECRET, SECRET)),
          BOTS.channel(TEAMS),
          new ApprovalChannelConfig(
              WEBHOOK,
              Optional.empty(),
              Map.of("ann@example.net", "ann", "both@example.net", "both"),
              new Platform.SignedWebhook(NOWHERE, new SecretValue("another"), SECRET)));

  /** Of somebody without rights, on a card that is too old. */
  static final String STALE_CLICK =
      "{\"type\": \"block_actions\", \"user\": {\"id\": \"U0000009\", \"team_id\": \"T0000001\"},"
          + " \"channel\": {\"id\": \"C0000001\"}, \"message\": {\"ts\": \"1.2\"},"
          + " \"actions\": [{\"action_id\": \"approve\", \"value\": \"\"}]}";

  private DescribedChannels() {}

  static String approval(String execution, String plan, String shown) {
    return ("{\"execution_id\": \"%s\", \"decision\": \"approve\", \"user\": \"ann@example.net\","
            + " \"plan\": \"%s\", \"shown\": \"%s\"}")
        .formatted(execution, plan, shown);
  }

  /** Sends what it signs. */
  static ApiCall slack(ApiCall call, long seconds, String payload) {
    String body = "payload=" + URLEncoder.encode(payload, StandardCharsets.UTF_8);
    String hex = BodySignature.hex(SECRET, "v0:" + seconds + ":", bytes(body));
    return at(call, SLACK)
        .body(body)
        .with("Content-Type", "application/x-www-form-urlencoded")
        .with("X-Slack-Request-Timestamp", Long.toString(seconds))
        .with("X-Slack-Signature", "v0=" + hex);
  }

  static ApiCall webhook(ApiCall call, long seconds, String body) {
    return at(call, WEBHOOK).body(body).with(BodySignature.HEADER, signature(seconds, body));
  }

  /** As the webhook's receiver signs. */
  static String signature(long seconds, String body) {
    return BodySignature.header(SECRET, seconds, bytes(body));
  }

  static ApiCall teams(ApiCall call, String body) {
    return at(call, TEAMS).body(body).with("Authorization", "Bearer " + BOTS.token());
  }

  static ApiCall unsigned(ApiCall call, String body) {
    String path = call.operation().path();
    return at(call, path.endsWith("slack") ? SLACK : path.endsWith("teams") ? TEAMS : WEBHOOK)
        .body(body);
  }

  private static ApiCall at(ApiCall call, String channel) {
    return new ApiCall(
        call.operation(),
        call.token(),
        call.path().replace("{channel}", channel),
        call.body(),
        call.headers());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
