package dev.deployclaw.core.fake;

import dev.deployclaw.core.environment.AgentClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves when somebody waits, and a microsecond whenever it is read. */
public final class FakeClock implements AgentClock {
  private static final Instant START = Instant.parse("2026-11-01T12:00:00Z");
  private final AtomicLong micros = new AtomicLong();

  FakeClock copy() {
    var copy = new FakeClock();
    copy.micros.set(micros.get());
    return copy;
  }

  @Override
  public Instant instant() {
    return START.plusNanos(micros.get() * 1000);
  }

  @Override
  public long micros() {
    return micros.incrementAndGet();
  }

  @Override
  public void pause(Duration duration) {
    pass(duration);
  }

  public void pass(Duration duration) {
    micros.addAndGet(duration.toNanos() / 1000);
  }
}
