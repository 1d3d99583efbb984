package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import java.util.Set;

/** An executor as one agent's process reaches it. */
record WiredExecutor(BackendExecutor inner, AgentWire wire) implements BackendExecutor {
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
    return wire.call(call.operation(), () -> inner.execute(call));
  }
}
