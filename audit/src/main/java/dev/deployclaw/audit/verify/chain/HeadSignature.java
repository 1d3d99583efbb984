package dev.deployclaw.audit.verify.chain;

import dev.deployclaw.audit.verify.json.JsonFormatter;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What is signed with Ed25519 (RFC 8032) under an execution log or a chain of them, and how the
 * signature is checked. Keys are X.509 SubjectPublicKeyInfo, keys and signatures in plain Base64.
 */
public final class HeadSignature {
  private HeadSignature() {}

  /**
   * A log's head: its execution and the number of its records.
   *
   * @param rotations of the signing key, which are signed too where there are any
   */
  public static byte[] message(String execution, long records, String head, List<?> rotations) {
    return message("head", List.of(execution, Long.toString(records), head), rotations);
  }

  /** A chain's head. */
  public static byte[] chain(long links, String head, List<?> rotations) {
    return message("chain", List.of(Long.toString(links), head), rotations);
  }

  /** What both keys sign when the second takes over. */
  public static byte[] rotation(long number, String time, String old, String fresh) {
    return bytes(List.of("deployclaw-audit-rotation-v1", Long.toString(number), time, old, fresh));
  }

  private static byte[] message(String purpose, List<String> signed, List<?> rotations) {
    var lines = new ArrayList<String>();
    lines.add("deployclaw-audit-" + purpose + (rotations.isEmpty() ? "-v1" : "-v2"));
    lines.addAll(signed);
    if (!rotations.isEmpty()) {
      lines.add(
          HashChainChecker.sha256(
              JsonFormatter.canonical(rotations).getBytes(StandardCharsets.UTF_8)));
    }
    return bytes(lines);
  }

  /** Each with a line feed behind it. */
  private static byte[] bytes(List<String> lines) {
    return (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
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
