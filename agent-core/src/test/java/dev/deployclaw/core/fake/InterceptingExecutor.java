package dev.deployclaw.core.fake;

import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import java.util.HashSet;
import java.util.Set;

/** Stands around an executor, and does something with each call of it. */
public final class InterceptingExecutor implements BackendExecutor {
  private final BackendExecutor inner;
  private final Set<String> verbs;
  private final Doing doing;

  private InterceptingExecutor(BackendExecutor inner, Set<String> verbs, Doing doing) {
    this.inner = inner;
    this.verbs = Set.copyOf(verbs);
    this.doing = doing;
  }

  /** What is done instead of the call; it may make the call, or not. */
  @FunctionalInterface
  public interface Doing {
    CallOutcome does(BackendExecutor inner, Invocation call) throws InterruptedException;
  }

  public static InterceptingExecutor each(BackendExecutor inner, Doing doing) {
    return new InterceptingExecutor(inner, inner.verbs(), doing);
  }

  /** The same with no more verbs than the kernel knows: a fake can do what no real one does. */
  public static InterceptingExecutor known(BackendExecutor inner, Doing doing) {
    var verbs = new HashSet<>(inner.verbs());
    verbs.retainAll(OperationAllowlist.KERNEL.verbs(inner.name()));
    return new InterceptingExecutor(inner, verbs, doing);
  }

  @Override
  public String name() {
    return inner.name();
  }

  @Override
  public Set<String> verbs() {
    return verbs;
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    return doing.does(inner, call);
  }
}
