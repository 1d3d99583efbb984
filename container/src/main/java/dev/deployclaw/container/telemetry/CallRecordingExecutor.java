package dev.deployclaw.container.telemetry;

import dev.deployclaw.container.telemetry.ExecutorCallRecord.CallResult;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;

/**
 * Notes each call of an executor that is made for an execution. It stands outside the sandbox, so
 * that a refused call counts, too.
 */
record CallRecordingExecutor(BackendExecutor inner, ExecutorCallBuffer trail)
    implements BackendExecutor {
  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public Set<String> verbs() {
    return inner.verbs();
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var start = Instant.now();
    long from = System.nanoTime();
    var answered = CallResult.thrown();
    try {
      var outcome = inner.execute(call);
      answered = CallResult.of(outcome);
      return outcome;
    } catch (InterruptedException e) {
      answered = CallResult.interrupted();
      throw e;
    } finally {
      var purpose = call.grant().map(Grant::purpose).orElse(Purpose.NONE);
      if (!purpose.execution().isEmpty()) {
        var took = Duration.ofNanos(System.nanoTime() - from);
        trail.add(
            purpose.execution(),
            new ExecutorCallRecord(call.operation(), purpose.step(), start, took, answered));
      }
    }
  }
}
