package dev.deployclaw.core.sim.bug;

import dev.deployclaw.core.spi.CallOutcome;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;

/**
 * An answer that is read as something else.
 *
 * @param silence what no answer is read as, if as anything
 */
record BentFuture(
    Future<CallOutcome> answer, UnaryOperator<CallOutcome> read, Optional<CallOutcome> silence)
    implements Future<CallOutcome> {
  @Override
  public CallOutcome get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    try {
      return read.apply(answer.get(timeout, unit));
    } catch (TimeoutException e) {
      return silence.orElseThrow(() -> e);
    }
  }

  @Override
  public CallOutcome get() throws InterruptedException, ExecutionException {
    return read.apply(answer.get());
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    return answer.cancel(mayInterruptIfRunning);
  }

  @Override
  public boolean isCancelled() {
    return answer.isCancelled();
  }

  @Override
  public boolean isDone() {
    return answer.isDone();
  }
}
