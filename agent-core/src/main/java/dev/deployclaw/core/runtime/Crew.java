package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All participants together: one call to each, and the tally of what their members said. */
final class Crew {
  private final Executors executors;
  private final Settings.Bounds bounds;
  private final ReturnTerms terms;

  /** Who refused to take something by this object; then it is asked whether it needs to. */
  private final Set<String> refusing = new HashSet<>();

  Crew(Executors executors, Settings settings) {
    this(executors, settings.bounds(), ReturnTerms.NONE);
  }

  private Crew(Executors executors, Settings.Bounds bounds, ReturnTerms terms) {
    this.executors = executors;
    this.bounds = bounds;
    this.terms = terms;
  }

  /** The same participants, on these terms. */
  Crew on(ReturnTerms other) {
    return new Crew(executors, bounds, other);
  }

  /** Whether they go back: then no member stops the others. */
  boolean back() {
    return terms.back();
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

  /**
   * Once; see {@link Publication}. On a way back a member needs to take nothing that is there
   * already.
   */
  Tally publish(Activation activation, Mandate mandate) throws InterruptedException {
    return settled(published(executors.participants(), activation, mandate), activation, mandate);
  }

  private Tally settled(Tally published, Activation activation, Mandate mandate)
      throws InterruptedException {
    return !terms.back() || published.allYes()
        ? published
        : published.settledBy(converged(published.unfinished(), activation, mandate), _ -> true);
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
    return settled(published(those, activation, mandate).because(staged), activation, mandate);
  }

  private Tally published(List<Executor> of, Activation activation, Mandate mandate)
      throws InterruptedException {
    var tally = all(of, new Call.Publish(activation), mandate);
    refusing.addAll(tally.members(Answer.NO));
    return tally;
  }

  /** Who acts on it. */
  Tally converged(Activation activation, Mandate mandate) throws InterruptedException {
    return converged(names(), activation, mandate);
  }

  /**
   * Who of some acts on it. On a way back also who never left what comes back, and refuses to take
   * it: whoever takes it does so, since it is fenced by that.
   */
  Tally converged(List<String> names, Activation activation, Mandate mandate)
      throws InterruptedException {
    var tally = all(those(names), new Call.Converge(activation), mandate).asLooks();
    var open = those(tally.participants(r -> refusing.contains(r.member()) && Tally.open(r)));
    return open.isEmpty() || !terms.back()
        ? tally
        : tally.settledBy(neverLeft(open, mandate), refusing::contains);
  }

  private Tally neverLeft(List<Executor> of, Mandate mandate) throws InterruptedException {
    if (terms.former().isPresent()) {
      return all(of, new Call.Converge(terms.former().get()), mandate).asLooks();
    }
    return terms.found().isPresent()
        ? terms.asFound(all(of, new Call.Observe(), mandate))
        : Tally.of(Map.of());
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
