package dev.deployclaw.core.grant;

import dev.deployclaw.core.spi.Grant;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What grants are sealed with: HMAC-SHA256 (RFC 2104). Who has it can grant anything, so it leaves
 * the process by nothing: it is printed nowhere, and gone with the process. For any thread.
 */
public final class GrantKey {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int BYTES = 32;

  private final SecretKeySpec key;

  private GrantKey(byte[] bytes) {
    this.key = new SecretKeySpec(bytes, ALGORITHM);
  }

  /** One that no other agent has. */
  public static GrantKey random() {
    var bytes = new byte[BYTES];
    new SecureRandom().nextBytes(bytes);
    return new GrantKey(bytes);
  }

  /** The grant with its seal. */
  public Grant seal(Grant grant) {
    return grant.sealed(HexFormat.of().formatHex(mac(grant)));
  }

  /** Whether this key sealed it as it is now; takes as long with any fault. */
  boolean sealed(Grant grant) {
    byte[] wanted = HexFormat.of().formatHex(mac(grant)).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(wanted, grant.seal().getBytes(StandardCharsets.UTF_8));
  }

  private byte[] mac(Grant grant) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      for (String part : grant.parts()) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        mac.update(LengthPrefixedHash.length(bytes));
        mac.update(bytes);
      }
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public String toString() {
    return "GrantKey[***]";
  }
}
