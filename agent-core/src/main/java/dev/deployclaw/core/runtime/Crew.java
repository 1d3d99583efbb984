package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import java.util.List;

/** All participants together: one call to each, and the tally of what their members said. */
final class Crew {
  private final Executors executors;
  private final Settings.Bounds bounds;

  Crew(Executors executors, Settings settings) {
    this.executors = executors;
    this.bounds = settings.bounds();
  }

  List<String> names() {
    return executors.participants().stream().map(Executor::name).toList();
  }

  Tally observe(Mandate mandate) throws InterruptedException {
    return all(executors.participants(), new Call.Observe(), mandate);
  }

  /** What some hold. */
  Tally observe(List<String> names, Mandate mandate) throws InterruptedException {
    return all(those(names), new Call.Observe(), mandate);
  }

  /** The store of policy sets first: the others may read from there. */
  Tally stage(Activation activation, Mandate mandate) throws InterruptedException {
    var call = new Call.Stage(activation);
    var store = all(store(), call, mandate);
    return store.allYes() ? store.updated(all(others(), call, mandate)) : store;
  }

  Tally prepare(Activation activation, Mandate mandate) throws InterruptedException {
    return prepare(names(), activation, mandate);
  }

  /** The votes of some. */
  Tally prepare(List<String> names, Activation activation, Mandate mandate)
      throws InterruptedException {
    return all(those(names), new Call.Prepare(activation), mandate);
  }

  /** Once; see {@link Publication}. */
  Tally publish(Activation activation, Mandate mandate) throws InterruptedException {
    return all(executors.participants(), new Call.Publish(activation), mandate);
  }

  /**
   * Stages it, and what is tried beside it, and publishes it once more. A member that refuses both
   * says why it could not be staged there, since that is what it lacks.
   */
  Tally again(List<String> names, Activation activation, Mandate mandate)
      throws InterruptedException {
    var those = those(names);
    var staged = all(those, new Call.Stage(activation), mandate);
    var tried = activation.tried();
    if (tried.isPresent()) {
      all(those, new Call.Stage(tried.get()), mandate);
    }
    return all(those, new Call.Publish(activation), mandate).because(staged);
  }

  /** Who acts on it. */
  Tally converged(Activation activation, Mandate mandate) throws InterruptedException {
    return converged(names(), activation, mandate);
  }

  /** Who of some acts on it. */
  Tally converged(List<String> names, Activation activation, Mandate mandate)
      throws InterruptedException {
    return all(those(names), new Call.Converge(activation), mandate).asLooks();
  }

  /**
   * Removes an epoch everywhere; from the store of policy sets last and only when nothing else is
   * left, so that what is still listed there has something left to collect.
   */
  Tally discard(long epoch, Mandate mandate) throws InterruptedException {
    var call = new Call.Discard(epoch);
    var others = all(others(), call, mandate);
    return others.allYes() ? others.updated(all(store(), call, mandate)) : others;
  }

  private Tally all(List<Executor> of, Call call, Mandate mandate) throws InterruptedException {
    return Tally.of(executors.calls().all(of, call, mandate, bounds.call()));
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
