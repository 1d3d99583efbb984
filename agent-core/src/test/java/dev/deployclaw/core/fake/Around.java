package dev.deployclaw.core.fake;

import dev.deployclaw.core.grant.EffectTable;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import java.util.HashSet;
import java.util.Set;

/** Stands around an executor, and does something with each call of it. */
public final class Around implements Executor {
  private final Executor inner;
  private final Set<String> verbs;
  private final Doing doing;

  private Around(Executor inner, Set<String> verbs, Doing doing) {
    this.inner = inner;
    this.verbs = Set.copyOf(verbs);
    this.doing = doing;
  }

  /** What is done instead of the call; it may make the call, or not. */
  @FunctionalInterface
  public interface Doing {
    Outcome does(Executor inner, Invocation call) throws InterruptedException;
  }

  public static Around each(Executor inner, Doing doing) {
    return new Around(inner, inner.verbs(), doing);
  }

  /** The same with no more verbs than the kernel knows: a fake can do what no real one does. */
  public static Around known(Executor inner, Doing doing) {
    var verbs = new HashSet<>(inner.verbs());
    verbs.retainAll(EffectTable.KERNEL.verbs(inner.name()));
    return new Around(inner, verbs, doing);
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
  public Outcome execute(Invocation call) throws InterruptedException {
    return doing.does(inner, call);
  }
}
