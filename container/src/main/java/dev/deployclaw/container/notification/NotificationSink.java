package dev.deployclaw.container.notification;

import dev.deployclaw.container.alert.AlertNotification;
import dev.deployclaw.container.config.NotificationSinkConfig;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import java.net.http.HttpRequest;
import java.time.Instant;

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
}
