package dev.deployclaw.core.grant;

import dev.deployclaw.core.spi.Grant;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Consumer;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What grants are sealed with: HMAC-SHA256 (RFC 2104). Who has it can grant anything, so it is
 * printed nowhere, and leaves the process only to the executor host that it was made for. For any
 * thread.
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

  /**
   * The key that {@link #hex()} wrote.
   *
   * @throws IllegalArgumentException when these aren't 64 hexadecimal digits; the message doesn't
   *     repeat them
   */
  public static GrantKey ofHex(String digits) {
    if (digits.length() != 2 * BYTES || !digits.chars().allMatch(HexFormat::isHexDigit)) {
      throw new IllegalArgumentException("a grant key is " + 2 * BYTES + " hexadecimal digits");
    }
    return new GrantKey(HexFormat.of().parseHex(digits));
  }

  /** The secret itself, for the one who starts an executor host with it. */
  public String hex() {
    return HexFormat.of().formatHex(key.getEncoded());
  }

  /** The seal of a message: of a call that leaves the process. */
  public byte[] seal(byte[] message) {
    return mac(mac -> mac.update(message));
  }

  /** Whether this key sealed the message; takes as long with any fault. */
  public boolean sealed(byte[] message, byte[] seal) {
    return MessageDigest.isEqual(seal(message), seal);
  }

  public Grant seal(Grant grant) {
    return grant.sealed(HexFormat.of().formatHex(mac(grant)));
  }

  /** Whether this key sealed it as it is now; takes as long with any fault. */
  boolean sealed(Grant grant) {
    byte[] wanted = HexFormat.of().formatHex(mac(grant)).getBytes(StandardCharsets.UTF_8);
    return MessageDigest.isEqual(wanted, grant.seal().getBytes(StandardCharsets.UTF_8));
  }

  private byte[] mac(Grant grant) {
    return mac(mac -> {
      for (String part : grant.parts()) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        mac.update(LengthPrefixedHash.length(bytes));
        mac.update(bytes);
      }
    });
  }

  private byte[] mac(Consumer<Mac> message) {
    try {
      var mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      message.accept(mac);
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
