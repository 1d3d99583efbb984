package dev.deployclaw.container.telemetry;

import dev.deployclaw.container.telemetry.ExecutorCallRecord.CallResult;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import java.time.Duration;
import java.time.Instant;

/**
 * Notes each call of an executor that is made for an execution. It stands outside the sandbox, so
 * that a refused call counts, too.
 */
final class CallRecordingExecutor extends ForwardingExecutor {
  private final ExecutorCallBuffer trail;

  CallRecordingExecutor(BackendExecutor inner, ExecutorCallBuffer trail) {
    super(inner);
    this.trail = trail;
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var start = Instant.now();
    long from = System.nanoTime();
    var answered = CallResult.thrown();
    try {
      var outcome = super.execute(call);
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
