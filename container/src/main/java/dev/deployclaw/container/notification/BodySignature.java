package dev.deployclaw.container.notification;

import dev.deployclaw.container.config.secret.SecretValue;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * HMAC-SHA256 of a body and its time, so that a body can't be altered, nor an old one sent again
 * later. The header is {@code t=SECONDS,v1=HEX}, of {@code SECONDS.BODY}.
 */
public final class BodySignature {
  public static final String HEADER = "DC-Signature";

  private static final String HMAC = "HmacSHA256";

  private BodySignature() {}

  public static String header(SecretValue secret, long seconds, byte[] body) {
    return "t=" + seconds + ",v1=" + hex(secret, seconds + ".", body);
  }

  /** Of some text, and the body after it. */
  public static String hex(SecretValue secret, String before, byte[] body) {
    try {
      var mac = Mac.getInstance(HMAC);
      mac.init(new SecretKeySpec(secret.value().getBytes(StandardCharsets.UTF_8), HMAC));
      mac.update(before.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(body));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + HMAC, e);
    }
  }
}
