package dev.deployclaw.container.notification;

import dev.deployclaw.container.alert.AlertNotification;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import dev.deployclaw.policy.json.CanonicalJson;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

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
