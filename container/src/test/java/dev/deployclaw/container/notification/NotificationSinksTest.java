package dev.deployclaw.container.notification;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.monitor.AlertNotification;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What each kind of receiver is sent. */
class NotificationSinksTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final String KEY = "routing-key-0123456789";
  private static final String SECRET = "a secret of the webhook";

  @AutoClose private final NotificationReceiver receiver = NotificationReceiver.start(_ -> 202);

  @Test
  void alertmanagerGetsOneAlertWithSteadyLabelsAndAnEnd() throws Exception {
    var target = new Target.Alertmanager(receiver.url() + "/", new SecretValue("t0ken"));

    var began = sent(target, notice(true)).json().get(0);
    var ended = sent(target, notice(false)).json().get(0);

    assertThat(receiver.got().getFirst().path()).isEqualTo("/api/v2/alerts");
    assertThat(receiver.got().getFirst().headers()).containsEntry("Authorization", "Bearer t0ken");
    assertThat(began.at("/labels/alertname").asText()).isEqualTo("DeployclawNotEnforced");
    assertThat(began.at("/labels/severity").asText()).isEqualTo("critical");
    assertThat(began.at("/annotations/members").asText()).isEqualTo("gateway/edge-eu/gw-01");
    assertThat(ended.get("labels")).isEqualTo(began.get("labels"));
    assertThat(time(began, "endsAt")).isAfter(NOW);
    assertThat(time(ended, "endsAt")).isBeforeOrEqualTo(Instant.now());
  }

  @Test
  void pagerDutyTriggersAndResolvesUnderOneKey() throws Exception {
    var target = new Target.PagerDuty(receiver.url(), new SecretValue(KEY));

    var began = sent(target, notice(true)).json();
    var ended = sent(target, notice(false)).json();

    assertThat(receiver.got().getFirst().path()).isEqualTo("/v2/enqueue");
    assertThat(began.path("routing_key").asText()).isEqualTo(KEY);
    assertThat(began.path("event_action").asText()).isEqualTo("trigger");
    assertThat(began.at("/payload/severity").asText()).isEqualTo("critical");
    assertThat(began.at("/payload/source").asText()).isEqualTo("/lab/");
    assertThat(began.at("/payload/summary").asText()).contains("NOT_ENFORCED");
    assertThat(ended.path("event_action").asText()).isEqualTo("resolve");
    assertThat(ended.path("dedup_key")).isEqualTo(began.path("dedup_key"));
  }

  @Test
  void aWebhookCanCheckWhoSentWhatAndWhen() throws Exception {
    var notice = notice(true);

    var got = sent(new Target.Webhook(receiver.url() + "/hook", new SecretValue(SECRET)), notice);

    assertThat(got.path()).isEqualTo("/hook");
    assertThat(got.headers())
        .containsEntry("DC-Delivery", notice.id())
        .containsEntry(
            "DC-Signature",
            "t=%d,v1=%s"
                .formatted(NOW.getEpochSecond(), hmac(NOW.getEpochSecond() + "." + got.body())));
    assertThat(AlertNotification.read(got.body().getBytes(StandardCharsets.UTF_8)))
        .hasValue(notice);
  }

  @Test
  void noSecretIsInTheTextOfATarget() {
    assertThat(new Target.PagerDuty("https://x.test", new SecretValue(KEY)).toString())
        .doesNotContain(KEY);
    assertThat(new Target.Webhook("https://x.test/token", new SecretValue(SECRET)).toString())
        .doesNotContain(SECRET)
        .doesNotContain("token");
  }

  private NotificationReceiver.Got sent(Target target, AlertNotification notice)
      throws InterruptedException {
    var sink =
        NotificationSink.of(
            new NotificationSinkConfig("s", target, Set.copyOf(NotificationSinkConfig.EVENTS)));
    try (var post = new NotificationHttpClient(Duration.ofSeconds(60))) {
      assertThat(post.send(sink.request(notice, NOW))).isEqualTo(new DeliveryResult.Delivered(202));
    }
    return receiver.got().getLast();
  }

  private static AlertNotification notice(boolean firing) {
    return NotificationDispatcherTest.notice("id-1", firing);
  }

  private static Instant time(JsonNode alert, String field) {
    return Instant.parse(alert.path(field).asText());
  }

  private static String hmac(String text) throws Exception {
    var mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
    return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }
}
