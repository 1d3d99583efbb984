package dev.deployclaw.bench;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.time.Duration;

/** Calls that must come to nothing but yes: what failed isn't to be measured. */
final class Agreed {
  private static final Fence FENCE = new Fence("bench", 1);
  private static final Duration DEADLINE = Duration.ofSeconds(60);

  private Agreed() {}

  static void on(Executor executor, Call call) throws InterruptedException {
    var outcome = executor.execute(new Invocation(executor.name(), call, FENCE, DEADLINE));
    boolean agreed =
        outcome instanceof Outcome.Done done
            && done.reports().stream().allMatch(r -> r.answer() == Report.Answer.YES);
    if (!agreed) {
      throw new IllegalStateException(call.verb() + " came to " + outcome);
    }
  }
}
