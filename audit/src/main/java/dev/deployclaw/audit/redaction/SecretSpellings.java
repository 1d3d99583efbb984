package dev.deployclaw.audit.redaction;

import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A secret as others may write it: as it is, as JSON, and in Base64 (RFC 4648, both alphabets) and
 * hex. In Base64 a secret that something stands before, as in {@code user:secret}, looks different
 * by how many bytes that is: three ways, of which all characters count that depend on the secret
 * alone. What lies beside them holds less than a byte of it.
 */
final class SecretSpellings {
  /** Bytes; a shorter one's Base64 and hex stand in digests by chance. */
  static final int SHORTEST_ENCODED = 8;

  private static final int GROUP_BYTES = 3;
  private static final int CHARACTER_BITS = 6;

  private SecretSpellings() {}

  /**
   * All of them, each once. Percent signs, entities and escapes are {@link EscapeSequences}'
   * matter.
   */
  static List<String> of(String secret) {
    Set<String> out = new LinkedHashSet<>();
    String json = json(secret);
    out.add(secret);
    out.add(json);
    out.add(json(json));
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    if (bytes.length >= SHORTEST_ENCODED) {
      for (int before = 0; before < GROUP_BYTES; before++) {
        out.add(core(Base64.getEncoder().withoutPadding(), bytes, before));
        out.add(core(Base64.getUrlEncoder().withoutPadding(), bytes, before));
      }
      out.add(HexFormat.of().formatHex(bytes));
      out.add(HexFormat.of().withUpperCase().formatHex(bytes));
    }
    return List.copyOf(out);
  }

  private static String json(String text) {
    String json = CanonicalJson.text(text);
    return json.substring(1, json.length() - 1);
  }

  private static String core(Base64.Encoder encoder, byte[] secret, int before) {
    byte[] behind = new byte[before + secret.length];
    System.arraycopy(secret, 0, behind, before, secret.length);
    String encoded = encoder.encodeToString(behind);
    int first = (before * Byte.SIZE + CHARACTER_BITS - 1) / CHARACTER_BITS;
    int whole = behind.length * Byte.SIZE / CHARACTER_BITS;
    return encoded.substring(first, whole);
  }
}
