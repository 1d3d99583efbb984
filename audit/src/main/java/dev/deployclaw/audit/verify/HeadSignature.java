package dev.deployclaw.audit.verify;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;

/**
 * What is signed with Ed25519 (RFC 8032) under an execution log, and how the signature is checked.
 * Keys are X.509 SubjectPublicKeyInfo, keys and signatures in plain Base64.
 */
public final class HeadSignature {
  private HeadSignature() {}

  /** The signed bytes: purpose, execution, number of records and head, a line each. */
  public static byte[] message(String execution, long records, String head) {
    return "deployclaw-audit-head-v1\n%s\n%d\n%s\n"
        .formatted(execution, records, head)
        .getBytes(StandardCharsets.UTF_8);
  }

  /** Whether it is the signature of these bytes under that key. */
  public static boolean holds(byte[] message, String signature, String key) {
    try {
      var spec = new X509EncodedKeySpec(strict(key));
      var check = Signature.getInstance("Ed25519");
      check.initVerify(KeyFactory.getInstance("Ed25519").generatePublic(spec));
      check.update(message);
      return check.verify(strict(signature));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Java's decoder ignores stray bits in the last character; two spellings of one value don't. */
  private static byte[] strict(String base64) {
    byte[] bytes = Base64.getDecoder().decode(base64);
    if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
      throw new IllegalArgumentException("not the canonical Base64");
    }
    return bytes;
  }
}
