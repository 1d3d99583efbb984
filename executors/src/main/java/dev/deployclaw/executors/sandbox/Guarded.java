package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import java.util.Set;

/** Lets through the operations that are allowed by name; every other one is denied. */
final class Guarded implements Executor {
  private final Executor inner;
  private final Set<String> allowed;

  Guarded(Executor inner, Set<String> allowed) {
    this.inner = inner;
    this.allowed = Set.copyOf(allowed);
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
    if (!allowed.contains(call.operation())) {
      return Outcome.failed(new Fault.Denied(call.operation() + " is not allowed here"));
    }
    return inner.execute(call);
  }

  Executor inner() {
    return inner;
  }
}
