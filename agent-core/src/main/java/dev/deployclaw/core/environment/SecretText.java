package dev.deployclaw.core.environment;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Random texts that no other process can know. Any thread. */
public final class SecretText {
  private static final SecureRandom RANDOM = new SecureRandom();

  private SecretText() {}

  /** So many random bytes, in lower-case hexadecimal digits. */
  public static String hex(int bytes) {
    byte[] secret = new byte[bytes];
    RANDOM.nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }
}
