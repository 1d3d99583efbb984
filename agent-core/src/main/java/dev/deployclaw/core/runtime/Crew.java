package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Fence;
import java.util.List;

/** All participants together: one call to each, and the tally of what their members said. */
final class Crew {
  private final Executors executors;
  private final Settings.Bounds bounds;
  private final Time time;

  Crew(Executors executors, Settings settings, Time time) {
    this.executors = executors;
    this.bounds = settings.bounds();
    this.time = time;
  }

  List<String> names() {
    return executors.participants().stream().map(Executor::name).toList();
  }

  Tally observe() throws InterruptedException {
    return all(executors.participants(), new Call.Observe(), Fence.NONE);
  }

  /** The store of policy sets first: the others may read from there. */
  Tally stage(Activation activation, Fence fence) throws InterruptedException {
    var call = new Call.Stage(activation);
    var store = all(store(), call, fence);
    return store.allYes() ? store.updated(all(others(), call, fence)) : store;
  }

  Tally prepare(Activation activation, Fence fence) throws InterruptedException {
    return all(executors.participants(), new Call.Prepare(activation), fence);
  }

  /** Bounded; who did not take it is staged again first, since that may be what it lacks. */
  Tally publish(Activation activation, Fence fence) throws InterruptedException {
    var tally = all(executors.participants(), new Call.Publish(activation), fence);
    for (int attempt = 1; attempt < bounds.attempts() && !tally.allYes(); attempt++) {
      time.pause(bounds.poll());
      tally = tally.updated(again(tally.unfinished(), activation, fence));
    }
    return tally;
  }

  /** Stages it, and what is tried beside it, and publishes it once more. */
  Tally again(List<String> names, Activation activation, Fence fence) throws InterruptedException {
    var those = those(names);
    all(those, new Call.Stage(activation), fence);
    var tried = activation.tried();
    if (tried.isPresent()) {
      all(those, new Call.Stage(tried.get()), fence);
    }
    return all(those, new Call.Publish(activation), fence);
  }

  /** Who acts on it. */
  Tally converged(Activation activation, Fence fence) throws InterruptedException {
    return all(executors.participants(), new Call.Converge(activation), fence);
  }

  /** Who of some acts on it. */
  Tally converged(List<String> names, Activation activation, Fence fence)
      throws InterruptedException {
    return all(those(names), new Call.Converge(activation), fence);
  }

  /**
   * Removes an epoch everywhere; from the store of policy sets last and only when nothing else is
   * left, so that what is still listed there has something left to collect.
   */
  Tally discard(long epoch, Fence fence) throws InterruptedException {
    var call = new Call.Discard(epoch);
    var others = all(others(), call, fence);
    return others.allYes() ? others.updated(all(store(), call, fence)) : others;
  }

  private Tally all(List<Executor> of, Call call, Fence fence) throws InterruptedException {
    return Tally.of(Calls.all(of, call, fence, bounds.call()));
  }

  private List<Executor> store() {
    return executors.participants().stream().filter(Crew::isStore).toList();
  }

  private List<Executor> others() {
    return executors.participants().stream().filter(e -> !isStore(e)).toList();
  }

  private List<Executor> those(List<String> names) {
    return executors.participants().stream().filter(e -> names.contains(e.name())).toList();
  }

  private static boolean isStore(Executor executor) {
    return executor.name().equals(Executors.STORE);
  }
}
