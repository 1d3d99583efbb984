package dev.deployclaw.container.notification;

import dev.deployclaw.container.alert.AlertNotification;
import dev.deployclaw.container.config.NotificationSinkConfig.Target;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A receiver of the notice itself. {@code DC-Signature} is {@code t=SECONDS,v1=HEX}: the
 * HMAC-SHA256 of {@code SECONDS.BODY}, so that a body can't be altered, nor an old one sent again
 * later. {@code DC-Delivery} is the same at each attempt.
 */
record WebhookSink(Target.Webhook target) implements NotificationSink {
  private static final String HMAC = "HmacSHA256";

  @Override
  public HttpRequest request(AlertNotification notice, Instant now) {
    byte[] body = notice.bytes();
    long seconds = now.getEpochSecond();
    return NotificationSink.post(target.url(), body)
        .header("DC-Delivery", notice.id())
        .header("DC-Signature", "t=" + seconds + ",v1=" + signature(seconds, body))
        .build();
  }

  private String signature(long seconds, byte[] body) {
    try {
      var mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(target.secret().value().getBytes(StandardCharsets.UTF_8), HMAC));
      mac.update((seconds + ".").getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + HMAC, e);
    }
  }
}
