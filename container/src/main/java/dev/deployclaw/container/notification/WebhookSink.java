package dev.deployclaw.container.notification;

import dev.deployclaw.container.alert.AlertNotification;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import java.net.http.HttpRequest;
import java.time.Instant;

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
