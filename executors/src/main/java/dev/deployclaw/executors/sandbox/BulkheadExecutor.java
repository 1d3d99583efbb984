package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.call.CallDispatcher;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Runs a bounded number of calls at once; the others wait in turn, at most their deadline. A call
 * that is interrupted at its deadline says so as a value: while it waited, nothing was applied.
 */
final class BulkheadExecutor extends ForwardingExecutor {
  private final Semaphore places;

  BulkheadExecutor(BackendExecutor inner, int atOnce) {
    super(inner);
    this.places = new Semaphore(atOnce, true);
  }

  @Override
  public CallOutcome execute(Invocation call) {
    if (!entered(call)) {
      return CallOutcome.failed(
          new CallFault.Unavailable(call.operation() + " found no free slot"));
    }
    try {
      return super.execute(call);
    } catch (InterruptedException e) {
      return CallDispatcher.cutOff(call);
    } finally {
      places.release();
    }
  }

  private boolean entered(Invocation call) {
    try {
      return places.tryAcquire(call.deadline().toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }
}
