package dev.deployclaw.container.notification;

import dev.deployclaw.container.alert.AlertNotification;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import dev.deployclaw.policy.json.CanonicalJson;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Alertmanager's API v2. An alert is known by its labels, so they stay the same from its beginning
 * to its end; and it ends by itself when it isn't repeated.
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
            "startsAt",
            notice.since().toString(),
            "endsAt",
            ends.toString());
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
