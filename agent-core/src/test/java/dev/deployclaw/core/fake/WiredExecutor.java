package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import java.util.Set;

/** An executor as one agent's process reaches it. */
record WiredExecutor(Executor inner, Wire wire) implements Executor {
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
    return wire.call(call.operation(), () -> inner.execute(call));
  }
}
