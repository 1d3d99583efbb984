package dev.deployclaw.container.notification;

import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import dev.deployclaw.container.monitor.AlertNotification;
import dev.deployclaw.policy.json.CanonicalJson;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** How one receiver wants to be told. Pure. */
interface NotificationSink {
  /** The request that tells it. */
  HttpRequest request(AlertNotification notice, Instant now);

  /** Whether it forgets what isn't repeated. */
  default boolean wantsRepeats() {
    return false;
  }

  static NotificationSink of(NotificationSinkConfig notify) {
    return switch (notify.target()) {
      case Target.Alertmanager a -> new AlertmanagerSink(a);
      case Target.PagerDuty p -> new PagerDutySink(p);
      case Target.Webhook w -> new WebhookSink(w);
    };
  }

  /** The address with a path behind it. */
  static String at(String url, String path) {
    return url.endsWith("/") ? url.substring(0, url.length() - 1) + path : url + path;
  }

  /** A receiver of the notice itself, signed. {@code DC-Delivery} is the same at each attempt. */
  record WebhookSink(Target.Webhook target) implements NotificationSink {
    @Override
    public HttpRequest request(AlertNotification notice, Instant now) {
      byte[] body = notice.bytes();
      long seconds = now.getEpochSecond();
      return NotificationHttpClient.post(target.url(), body)
          .header("DC-Delivery", notice.id())
          .header(BodySignature.HEADER, BodySignature.header(target.secret(), seconds, body))
          .build();
    }
  }

  /** PagerDuty's Events API v2: one incident for each fingerprint, resolved at its end. */
  record PagerDutySink(Target.PagerDuty target) implements NotificationSink {
    private static final int LONGEST_SUMMARY = 1024;

    @Override
    public HttpRequest request(AlertNotification notice, Instant now) {
      var event = new TreeMap<String, Object>();
      event.put("routing_key", target.routingKey().value());
      event.put("event_action", notice.firing() ? "trigger" : "resolve");
      event.put("dedup_key", notice.fingerprint());
      if (notice.firing()) {
        event.put("payload", payload(notice));
      }
      return NotificationHttpClient.post(
              NotificationSink.at(target.url(), "/v2/enqueue"), CanonicalJson.bytes(event))
          .build();
    }

    private static Map<String, Object> payload(AlertNotification notice) {
      var condition = notice.condition();
      String summary = condition.summary();
      return Map.of(
          "summary", summary.substring(0, Math.min(summary.length(), LONGEST_SUMMARY)),
          "source", notice.domain(),
          "severity", condition.kind().severity(),
          "timestamp", notice.since().toString(),
          "component", condition.subject(),
          "class", condition.kind().word(),
          "custom_details", condition.details());
    }
  }

  /**
   * Alertmanager's API v2. An alert is known by its labels, so they stay the same from its
   * beginning to its end; and it ends by itself when it isn't repeated.
   */
  record AlertmanagerSink(Target.Alertmanager target) implements NotificationSink {
    /** Four times the time between two repetitions. */
    private static final Duration LASTS = Duration.ofHours(2);

    @Override
    public HttpRequest request(AlertNotification notice, Instant now) {
      var condition = notice.condition();
      var ends = notice.firing() ? now.plus(LASTS) : notice.at();
      var alert =
          Map.of(
              "labels",
                  Map.of(
                      "alertname", "Deployclaw" + words(condition.kind().word()),
                      "severity", condition.kind().severity(),
                      "subject", condition.subject(),
                      "domain", notice.domain()),
              "annotations",
                  Map.of(
                      "summary", condition.summary(),
                      "members", String.join(", ", condition.members()),
                      "fingerprint", notice.fingerprint()),
              "startsAt", notice.since().toString(),
              "endsAt", ends.toString());
      var request =
          NotificationHttpClient.post(
              NotificationSink.at(target.url(), "/api/v2/alerts"),
              CanonicalJson.bytes(List.of(alert)));
      if (!target.token().value().isEmpty()) {
        request.header("Authorization", "Bearer " + target.token().value());
      }
      return request.build();
    }

    @Override
    public boolean wantsRepeats() {
      return true;
    }

    /** {@code not-enforced} as {@code NotEnforced}. */
    private static String words(String kind) {
      return Arrays.stream(kind.split("-", -1))
          .map(w -> Character.toUpperCase(w.charAt(0)) + w.substring(1))
          .collect(Collectors.joining());
    }
  }
}
