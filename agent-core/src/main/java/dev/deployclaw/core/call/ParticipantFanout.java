package dev.deployclaw.core.call;

import dev.deployclaw.core.change.PublishLoop;
import dev.deployclaw.core.change.RollbackCompletion;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All participants together: one call to each, and the tally of what their members said. */
public final class ParticipantFanout {
  private final ExecutorRegistry executors;
  private final AgentSettings.Bounds bounds;
  private final RollbackCompletion terms;

  /** Who refused to take something by this object; then it is asked whether it needs to. */
  private final Set<String> refusing = new HashSet<>();

  public ParticipantFanout(ExecutorRegistry executors, AgentSettings settings) {
    this(executors, settings.bounds(), RollbackCompletion.NONE);
  }

  private ParticipantFanout(
      ExecutorRegistry executors, AgentSettings.Bounds bounds, RollbackCompletion terms) {
    this.executors = executors;
    this.bounds = bounds;
    this.terms = terms;
  }

  /** The same participants, on these terms. */
  public ParticipantFanout on(RollbackCompletion other) {
    return new ParticipantFanout(executors, bounds, other);
  }

  /** Whether they go back: then no member stops the others. */
  public boolean back() {
    return terms.back();
  }

  public List<String> names() {
    return executors.participants().stream().map(BackendExecutor::name).toList();
  }

  public ParticipantReplies observe(CallContext mandate) throws InterruptedException {
    return all(executors.participants(), new ExecutorCall.Observe(), mandate);
  }

  /** What some hold. */
  public ParticipantReplies observe(List<String> names, CallContext mandate)
      throws InterruptedException {
    return all(those(names), new ExecutorCall.Observe(), mandate);
  }

  /** The store of policy sets first: the others may read from there. */
  public ParticipantReplies stage(EpochSpec activation, CallContext mandate)
      throws InterruptedException {
    var call = new ExecutorCall.Stage(activation);
    var store = all(store(), call, mandate);
    return store.allYes() ? store.updated(all(others(), call, mandate)) : store;
  }

  public ParticipantReplies prepare(EpochSpec activation, CallContext mandate)
      throws InterruptedException {
    return prepare(names(), activation, mandate);
  }

  /** The votes of some. */
  public ParticipantReplies prepare(List<String> names, EpochSpec activation, CallContext mandate)
      throws InterruptedException {
    return all(those(names), new ExecutorCall.Prepare(activation), mandate);
  }

  /**
   * Once; see {@link PublishLoop}. On a way back a member needs to take nothing that is there
   * already.
   */
  public ParticipantReplies publish(EpochSpec activation, CallContext mandate)
      throws InterruptedException {
    return settled(published(executors.participants(), activation, mandate), activation, mandate);
  }

  private ParticipantReplies settled(
      ParticipantReplies published, EpochSpec activation, CallContext mandate)
      throws InterruptedException {
    return !terms.back() || published.allYes()
        ? published
        : published.settledBy(converged(published.unfinished(), activation, mandate), _ -> true);
  }

  /**
   * Stages it, and what is tried beside it, and publishes it once more. A member that refuses both
   * says why it could not be staged there, since that is what it lacks.
   */
  public ParticipantReplies again(List<String> names, EpochSpec activation, CallContext mandate)
      throws InterruptedException {
    var those = those(names);
    var staged = all(those, new ExecutorCall.Stage(activation), mandate);
    var tried = activation.tried();
    if (tried.isPresent()) {
      all(those, new ExecutorCall.Stage(tried.get()), mandate);
    }
    return settled(published(those, activation, mandate).because(staged), activation, mandate);
  }

  private ParticipantReplies published(
      List<BackendExecutor> of, EpochSpec activation, CallContext mandate)
      throws InterruptedException {
    var tally = all(of, new ExecutorCall.Publish(activation), mandate);
    refusing.addAll(tally.members(Answer.NO));
    return tally;
  }

  /** Who acts on it. */
  public ParticipantReplies converged(EpochSpec activation, CallContext mandate)
      throws InterruptedException {
    return converged(names(), activation, mandate);
  }

  /**
   * Who of some acts on it. On a way back also who never left what comes back, and refuses to take
   * it: a member that takes it does so, since it is fenced by that.
   */
  public ParticipantReplies converged(List<String> names, EpochSpec activation, CallContext mandate)
      throws InterruptedException {
    var tally = all(those(names), new ExecutorCall.Converge(activation), mandate).asLooks();
    var open =
        those(tally.participants(r -> refusing.contains(r.member()) && ParticipantReplies.open(r)));
    return open.isEmpty() || !terms.back()
        ? tally
        : tally.settledBy(neverLeft(open, mandate), refusing::contains);
  }

  private ParticipantReplies neverLeft(List<BackendExecutor> of, CallContext mandate)
      throws InterruptedException {
    if (terms.former().isPresent()) {
      return all(of, new ExecutorCall.Converge(terms.former().get()), mandate).asLooks();
    }
    return terms.found().isPresent()
        ? terms.asFound(all(of, new ExecutorCall.Observe(), mandate))
        : ParticipantReplies.of(Map.of());
  }

  /**
   * Removes an epoch everywhere; from the store of policy sets last and only when nothing else is
   * left, so that what is still listed there has something left to collect.
   */
  public ParticipantReplies discard(long epoch, CallContext mandate) throws InterruptedException {
    var call = new ExecutorCall.Discard(epoch);
    var others = all(others(), call, mandate);
    return others.allYes() ? others.updated(all(store(), call, mandate)) : others;
  }

  private ParticipantReplies all(List<BackendExecutor> of, ExecutorCall call, CallContext mandate)
      throws InterruptedException {
    return terms.excusing(
        ParticipantReplies.of(executors.calls().all(of, call, mandate, bounds.call())));
  }

  private List<BackendExecutor> store() {
    return executors.participants().stream().filter(ParticipantFanout::isStore).toList();
  }

  private List<BackendExecutor> others() {
    return executors.participants().stream().filter(e -> !isStore(e)).toList();
  }

  private List<BackendExecutor> those(List<String> names) {
    return executors.participants().stream().filter(e -> names.contains(e.name())).toList();
  }

  private static boolean isStore(BackendExecutor executor) {
    return executor.name().equals(ExecutorRegistry.STORE);
  }
}
