package dev.deployclaw.executors.wire;

import dev.deployclaw.executors.protocol.v1.GrantedCall;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A call as a message that isn't granted yet.
 *
 * @param message without its grant, purpose, time and expiry
 * @param content what it names, by SHA-256; made only when a host needs it
 */
public record EncodedCall(GrantedCall message, Map<String, Supplier<byte[]>> content) {
  public EncodedCall {
    content = Map.copyOf(content);
  }

  /** Collects what a message names. For one thread. */
  static final class Contents {
    private final ContentDigests digests;
    private final Map<String, Supplier<byte[]>> bytes = new TreeMap<>();

    Contents(ContentDigests digests) {
      this.digests = digests;
    }

    ContentDigests digests() {
      return digests;
    }

    String named(String sha256, Supplier<byte[]> content) {
      bytes.put(sha256, content);
      return sha256;
    }

    EncodedCall of(GrantedCall message) {
      return new EncodedCall(message, bytes);
    }
  }
}
