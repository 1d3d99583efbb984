package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import java.util.List;

/** All participants together: one call to each, and the tally of what their members said. */
final class Crew {
  private final Executors executors;
  private final Settings.Bounds bounds;
  private final Time time;
  private final ReturnTerms terms;

  Crew(Executors executors, Settings settings, Time time) {
    this(executors, settings.bounds(), time, ReturnTerms.NONE);
  }

  private Crew(Executors executors, Settings.Bounds bounds, Time time, ReturnTerms terms) {
    this.executors = executors;
    this.bounds = bounds;
    this.time = time;
    this.terms = terms;
  }

  /** The same participants, on these terms. */
  Crew on(ReturnTerms other) {
    return new Crew(executors, bounds, time, other);
  }

  List<String> names() {
    return executors.participants().stream().map(Executor::name).toList();
  }

  Tally observe(Mandate mandate) throws InterruptedException {
    return all(executors.participants(), new Call.Observe(), mandate);
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

  /** What some hold. */
  Tally prepare(List<String> names, Activation activation, Mandate mandate)
      throws InterruptedException {
    return all(those(names), new Call.Prepare(activation), mandate);
  }

  /**
   * Bounded; who did not take it is staged again first, since that may be what it lacks. On a way
   * back nobody needs to take what it acts on already.
   */
  Tally publish(Activation activation, Mandate mandate) throws InterruptedException {
    var first = all(executors.participants(), new Call.Publish(activation), mandate);
    var tally = settled(first, activation, mandate);
    for (int attempt = 1; attempt < bounds.attempts() && !tally.allYes(); attempt++) {
      time.pause(bounds.poll());
      var again = again(tally.unfinished(), activation, mandate);
      tally = tally.updated(settled(again, activation, mandate));
    }
    return tally;
  }

  private Tally settled(Tally published, Activation activation, Mandate mandate)
      throws InterruptedException {
    return !terms.back() || published.allYes()
        ? published
        : published.settledBy(converged(published.unfinished(), activation, mandate));
  }

  /** Stages it, and what is tried beside it, and publishes it once more. */
  Tally again(List<String> names, Activation activation, Mandate mandate)
      throws InterruptedException {
    var those = those(names);
    all(those, new Call.Stage(activation), mandate);
    var tried = activation.tried();
    if (tried.isPresent()) {
      all(those, new Call.Stage(tried.get()), mandate);
    }
    return all(those, new Call.Publish(activation), mandate);
  }

  /** Who acts on it. */
  Tally converged(Activation activation, Mandate mandate) throws InterruptedException {
    return converged(names(), activation, mandate);
  }

  /** Who of some acts on it; on a way back also who never left what comes back. */
  Tally converged(List<String> names, Activation activation, Mandate mandate)
      throws InterruptedException {
    var tally = all(those(names), new Call.Converge(activation), mandate);
    if (tally.allYes() || !terms.back()) {
      return tally;
    }
    var open = those(tally.unfinished());
    if (terms.former().isPresent()) {
      return tally.settledBy(all(open, new Call.Converge(terms.former().get()), mandate));
    }
    return terms.found().isPresent()
        ? tally.settledBy(terms.asFound(all(open, new Call.Observe(), mandate)))
        : tally;
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
    return terms.excusing(Tally.of(executors.calls().all(of, call, mandate, bounds.call())));
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
