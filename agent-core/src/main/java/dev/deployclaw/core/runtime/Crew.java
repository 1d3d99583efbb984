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
      var again = those(tally.unfinished());
      all(again, new Call.Stage(activation), fence);
      tally = tally.updated(all(again, new Call.Publish(activation), fence));
    }
    return tally;
  }

  /** Polls, bounded by time, those that aren't there yet. */
  Tally converge(Activation activation, Fence fence, Story story) throws InterruptedException {
    var call = new Call.Converge(activation);
    var tally = all(executors.participants(), call, fence);
    long since = time.micros();
    long until = since + bounds.converge().toNanos() / 1000;
    while (!tally.allYes() && time.micros() < until) {
      time.pause(bounds.poll());
      tally = tally.updated(all(those(tally.unfinished()), call, fence));
    }
    story.waited(time.micros() - since);
    return tally;
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
