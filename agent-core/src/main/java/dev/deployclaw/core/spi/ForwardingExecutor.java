package dev.deployclaw.core.spi;

import java.util.Set;

/** An executor around another, with its name and verbs. */
public abstract class ForwardingExecutor implements BackendExecutor {
  private final BackendExecutor inner;

  protected ForwardingExecutor(BackendExecutor inner) {
    this.inner = inner;
  }

  @Override
  public final String name() {
    return inner.name();
  }

  @Override
  public final Set<String> verbs() {
    return inner.verbs();
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    return inner.execute(call);
  }

  /** The executor around which this one is. */
  public final BackendExecutor inner() {
    return inner;
  }
}
