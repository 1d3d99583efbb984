package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Runs a bounded number of calls at once; the others wait in turn, at most their deadline. */
final class Bulkheaded implements Executor {
  private final Executor inner;
  private final Semaphore places;

  Bulkheaded(Executor inner, int atOnce) {
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
  public Outcome execute(Invocation call) throws InterruptedException {
    if (!places.tryAcquire(call.deadline().toNanos(), TimeUnit.NANOSECONDS)) {
      return Outcome.failed(new Fault.Unavailable(call.operation() + " found no free place"));
    }
    try {
      return inner.execute(call);
    } finally {
      places.release();
    }
  }

  Executor inner() {
    return inner;
  }
}
