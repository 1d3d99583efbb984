package dev.deployclaw.container.approval;

import dev.deployclaw.core.environment.AgentClock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** The system's clock, which a test sets forward. */
final class ShiftedClock implements AgentClock {
  private final AgentClock system = AgentClock.system();
  private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);

  void pass(Duration duration) {
    ahead.updateAndGet(duration::plus);
  }

  @Override
  public Instant instant() {
    return system.instant().plus(ahead.get());
  }

  @Override
  public long micros() {
    return system.micros();
  }

  @Override
  public void pause(Duration duration) throws InterruptedException {
    system.pause(duration);
  }
}
