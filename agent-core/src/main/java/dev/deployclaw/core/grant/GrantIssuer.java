package dev.deployclaw.core.grant;

import dev.deployclaw.core.environment.SecretText;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The kernel's hand that grants: a grant for each call, bound to it, for as long as the call may
 * take. It grants what it is asked for; {@link GrantVerifier} decides what may be done by it. For
 * any thread.
 */
public final class GrantIssuer {
  private static final int MARK_BYTES = 8;

  private final GrantKey key;
  private final InstantSource clock;

  /** So that no other process with the same key gives the same numbers. */
  private final String mark;

  private final AtomicLong made = new AtomicLong();

  /**
   * @param clock the one that grants are checked by
   */
  public GrantIssuer(GrantKey key, InstantSource clock) {
    this.key = key;
    this.clock = clock;
    this.mark = SecretText.hex(MARK_BYTES);
  }

  /** Grants whose key nobody else has: where no sandbox asks for them. */
  public static GrantIssuer unchecked() {
    return new GrantIssuer(GrantKey.random(), steady());
  }

  /**
   * The time as it was when this was called, and what passed since: it doesn't jump where somebody
   * sets the clock. For grants that don't leave the process.
   */
  public static InstantSource steady() {
    Instant begun = Instant.now();
    long nanos = System.nanoTime();
    return () -> begun.plusNanos(System.nanoTime() - nanos);
  }

  public Invocation granted(Invocation call, Purpose purpose) {
    var grant =
        new Grant(
            mark + "-" + made.incrementAndGet(),
            purpose,
            call.executor(),
            call.call().verb(),
            ArgumentsDigest.of(call),
            clock.instant().plus(call.deadline()),
            "");
    return call.with(key.seal(grant));
  }
}
