package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Runs a bounded number of calls at once; the others wait in turn, at most their deadline. */
final class BulkheadExecutor implements BackendExecutor {
  private final BackendExecutor inner;
  private final Semaphore places;

  BulkheadExecutor(BackendExecutor inner, int atOnce) {
    this.inner = inner;
    this.places = new Semaphore(atOnce, true);
  }

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
    if (!places.tryAcquire(call.deadline().toNanos(), TimeUnit.NANOSECONDS)) {
      return CallOutcome.failed(
          new CallFault.Unavailable(call.operation() + " found no free slot"));
    }
    try {
      return inner.execute(call);
    } finally {
      places.release();
    }
  }

  BackendExecutor inner() {
    return inner;
  }
}
