package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Runs a bounded number of calls at once; the others wait in turn, at most their deadline. */
final class BulkheadExecutor extends ForwardingExecutor {
  private final Semaphore places;

  BulkheadExecutor(BackendExecutor inner, int atOnce) {
    super(inner);
    this.places = new Semaphore(atOnce, true);
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    if (!places.tryAcquire(call.deadline().toNanos(), TimeUnit.NANOSECONDS)) {
      return CallOutcome.failed(
          new CallFault.Unavailable(call.operation() + " found no free place"));
    }
    try {
      return super.execute(call);
    } finally {
      places.release();
    }
  }
}
