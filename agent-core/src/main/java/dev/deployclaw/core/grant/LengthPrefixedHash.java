package dev.deployclaw.core.grant;

import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;

/** SHA-256 over parts, each behind its length, so that no two lists of parts give the same. */
final class LengthPrefixedHash {
  private final MessageDigest digest = CanonicalJson.sha256();

  LengthPrefixedHash bytes(byte[] part) {
    digest.update(length(part));
    digest.update(part);
    return this;
  }

  LengthPrefixedHash text(String part) {
    return bytes(part.getBytes(StandardCharsets.UTF_8));
  }

  LengthPrefixedHash number(long part) {
    return bytes(ByteBuffer.allocate(Long.BYTES).putLong(part).array());
  }

  String hex() {
    return HexFormat.of().formatHex(digest.digest());
  }

  static byte[] length(byte[] part) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array();
  }
}
