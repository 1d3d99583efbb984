package dev.deployclaw.core.sim.engine;

import dev.deployclaw.core.environment.AgentClock;
import java.time.Duration;
import java.time.Instant;

/** The virtual clock as one process sees it; waiting is an event. */
record SimClock(Simulation sim, SimProcess actor) implements AgentClock {
  static final Instant START = Instant.parse("2026-11-01T12:00:00Z");

  @Override
  public Instant instant() {
    return START.plusNanos(sim.now() * 1000);
  }

  @Override
  public long micros() {
    return sim.now();
  }

  @Override
  public void pause(Duration duration) {
    sim.await(actor, new AnswerSlot<Boolean>(), duration.toNanos() / 1000);
  }
}
