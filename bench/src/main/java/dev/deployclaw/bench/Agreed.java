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
  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final Duration PAUSE = Duration.ofMillis(1);

  private Agreed() {}

  static void on(Executor executor, Call call) throws InterruptedException {
    var outcome = ask(executor, call);
    if (!agreed(outcome)) {
      throw new IllegalStateException(call.verb() + " came to " + outcome);
    }
  }

  /** Asks until all agree, as a run does that waits for others to follow. */
  static void soon(Executor executor, Call call) throws InterruptedException {
    long end = System.nanoTime() + DEADLINE.toNanos();
    var outcome = ask(executor, call);
    while (!agreed(outcome) && System.nanoTime() - end < 0) {
      Thread.sleep(PAUSE);
      outcome = ask(executor, call);
    }
    if (!agreed(outcome)) {
      throw new IllegalStateException(call.verb() + " came to " + outcome);
    }
  }

  private static Outcome ask(Executor executor, Call call) throws InterruptedException {
    return executor.execute(new Invocation(executor.name(), call, FENCE, DEADLINE));
  }

  private static boolean agreed(Outcome outcome) {
    return outcome instanceof Outcome.Done done
        && done.reports().stream().allMatch(r -> r.answer() == Report.Answer.YES);
  }
}
