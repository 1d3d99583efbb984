package dev.deployclaw.container.telemetry;

import dev.deployclaw.container.telemetry.Called.Answered;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Notes each call of an executor that is made for an execution. It stands outside the sandbox, so
 * that a refused call counts, too.
 */
record TrackedExecutor(Executor inner, CallTrail trail) implements Executor {
  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public Set<String> verbs() {
    return inner.verbs();
  }

  @Override
  public Outcome execute(Invocation call) throws InterruptedException {
    var start = Instant.now();
    long from = System.nanoTime();
    var answered = Answered.thrown();
    try {
      var outcome = inner.execute(call);
      answered = Answered.of(outcome);
      return outcome;
    } catch (InterruptedException e) {
      answered = Answered.interrupted();
      throw e;
    } finally {
      var purpose = call.grant().map(Grant::purpose).orElse(Purpose.NONE);
      if (!purpose.execution().isEmpty()) {
        var took = Duration.ofNanos(System.nanoTime() - from);
        trail.add(
            purpose.execution(),
            new Called(call.operation(), purpose.step(), start, took, answered));
      }
    }
  }
}
