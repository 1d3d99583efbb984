package dev.deployclaw.executors.wire;

import dev.deployclaw.core.spi.ExecutorCall;
import java.util.List;

/** What a message was, as a host reads it. */
public sealed interface DecodedCall {
  record ForExecutor(ExecutorCall call) implements DecodedCall {}

  /** One for the bucket: create this object. */
  record ForCreate(String name, byte[] bytes) implements DecodedCall {}

  /** One for the bucket: read this object. */
  record ForRead(String name) implements DecodedCall {}

  /** It names content that isn't kept. */
  record Missing(List<String> sha256) implements DecodedCall {
    public Missing {
      sha256 = List.copyOf(sha256);
    }
  }

  /** It isn't a call of this protocol. */
  record Unreadable(String reason) implements DecodedCall {}
}
