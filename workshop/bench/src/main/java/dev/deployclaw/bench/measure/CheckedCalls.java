package dev.deployclaw.bench.measure;

import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import java.time.Duration;

/** Calls that must come to nothing but yes: what failed isn't to be measured. */
public final class CheckedCalls {
  private static final FencingToken FENCE = new FencingToken("bench", 1);
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private CheckedCalls() {}

  public static void on(BackendExecutor executor, ExecutorCall call) throws InterruptedException {
    check(call, ask(executor, call));
  }

  /** Asks until all agree, as a run does that waits for others to follow. */
  public static void soon(BackendExecutor executor, ExecutorCall call) throws InterruptedException {
    var outcome =
        RetryPolicy.within(DEADLINE, PAUSE).until(CheckedCalls::agreed, () -> ask(executor, call));
    check(call, outcome);
  }

  private static CallOutcome ask(BackendExecutor executor, ExecutorCall call)
      throws InterruptedException {
    return executor.execute(new Invocation(executor.name(), call, FENCE, DEADLINE));
  }

  private static void check(ExecutorCall call, CallOutcome outcome) {
    if (!agreed(outcome)) {
      throw new IllegalStateException(call.verb() + " resulted in " + outcome);
    }
  }

  private static boolean agreed(CallOutcome outcome) {
    return outcome instanceof CallOutcome.Done done
        && done.reports().stream().allMatch(r -> r.answer() == MemberReport.Answer.YES);
  }
}
