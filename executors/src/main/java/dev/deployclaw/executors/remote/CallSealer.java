package dev.deployclaw.executors.remote;

import com.google.protobuf.ByteString;
import dev.deployclaw.core.environment.SecretText;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.executors.protocol.v1.GrantedCall;
import dev.deployclaw.executors.protocol.v1.Purpose;
import dev.deployclaw.executors.protocol.v1.SealedCall;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Grants calls that leave the process: each once, until a point of {@code CLOCK_MONOTONIC}, which
 * {@link System#nanoTime()} reads on Linux and which all processes of a machine share. For any
 * thread.
 */
public final class CallSealer {
  private static final int MARK_BYTES = 8;

  private final GrantKey key;
  private final String mark;
  private final AtomicLong made = new AtomicLong();

  public CallSealer(GrantKey key) {
    this.key = key;
    this.mark = SecretText.hex(MARK_BYTES);
  }

  /**
   * The call, granted now.
   *
   * @param purpose of the grant that it came with in this process
   * @param timeout from the start of the call in the host
   * @param expires when the grant is worth nothing, by {@link System#nanoTime()}
   */
  public SealedCall seal(GrantedCall call, Grant.Purpose purpose, Duration timeout, long expires) {
    return seal(
        call.toBuilder()
            .setGrant(mark + "-" + made.incrementAndGet())
            .setPurpose(
                Purpose.newBuilder()
                    .setExecution(purpose.execution())
                    .setPlan(purpose.plan())
                    .setStep(purpose.step()))
            .setTimeoutNanos(timeout.toNanos())
            .setExpiresMonotonicNanos(expires)
            .build());
  }

  /** Exactly this, grant and all. */
  public SealedCall seal(GrantedCall call) {
    byte[] bytes = call.toByteArray();
    return SealedCall.newBuilder()
        .setCall(ByteString.copyFrom(bytes))
        .setSeal(ByteString.copyFrom(key.seal(bytes)))
        .build();
  }
}
