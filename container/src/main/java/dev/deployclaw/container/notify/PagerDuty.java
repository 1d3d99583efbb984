package dev.deployclaw.container.notify;

import dev.deployclaw.container.config.Notify.Target;
import dev.deployclaw.container.watch.Notice;
import dev.deployclaw.policy.json.Canonical;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** PagerDuty's Events API v2: one incident for each fingerprint, resolved at its end. */
record PagerDuty(Target.PagerDuty target) implements Sink {
  private static final int LONGEST_SUMMARY = 1024;

  @Override
  public HttpRequest request(Notice notice, Instant now) {
    var event = new TreeMap<String, Object>();
    event.put("routing_key", target.routingKey().value());
    event.put("event_action", notice.firing() ? "trigger" : "resolve");
    event.put("dedup_key", notice.fingerprint());
    if (notice.firing()) {
      event.put("payload", payload(notice));
    }
    return Sink.post(Sink.at(target.url(), "/v2/enqueue"), Canonical.bytes(event)).build();
  }

  private static Map<String, Object> payload(Notice notice) {
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
