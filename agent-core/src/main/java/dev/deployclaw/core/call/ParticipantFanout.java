package dev.deployclaw.core.call;

import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All participants together: one call to each, and the replies of their members. */
public final class ParticipantFanout {
  /** The most that are asked about, of those that members name that stayed behind. */
  private static final int MOST_EPOCHS = 8;

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

  public ParticipantReplies observe(CallContext callContext) throws InterruptedException {
    return all(executors.participants(), new ExecutorCall.Observe(), callContext);
  }

  /** What some hold. */
  public ParticipantReplies observe(List<String> names, CallContext callContext)
      throws InterruptedException {
    return all(those(names), new ExecutorCall.Observe(), callContext);
  }

  /** The store of policy sets first: the others may read from there. */
  public ParticipantReplies stage(EpochSpec activation, CallContext callContext)
      throws InterruptedException {
    var call = new ExecutorCall.Stage(activation);
    var store = all(store(), call, callContext);
    return store.allYes() ? store.updated(all(others(), call, callContext)) : store;
  }

  public ParticipantReplies prepare(EpochSpec activation, CallContext callContext)
      throws InterruptedException {
    return prepare(names(), activation, callContext);
  }

  /** The votes of some. */
  public ParticipantReplies prepare(
      List<String> names, EpochSpec activation, CallContext callContext)
      throws InterruptedException {
    return all(those(names), new ExecutorCall.Prepare(activation), callContext);
  }

  /** Once. On a rollback a member needs to take nothing that is there already. */
  public ParticipantReplies publish(EpochSpec activation, CallContext callContext)
      throws InterruptedException {
    return settled(
        published(executors.participants(), activation, callContext), activation, callContext);
  }

  private ParticipantReplies settled(
      ParticipantReplies published, EpochSpec activation, CallContext callContext)
      throws InterruptedException {
    return !terms.back() || published.allYes()
        ? published
        : published.settledBy(
            converged(published.unfinished(), activation, callContext), _ -> true);
  }

  /**
   * Stages it, and what is tried beside it, and publishes it once more. A member that refuses both
   * says why it could not be staged there, since that is what it lacks.
   */
  public ParticipantReplies again(List<String> names, EpochSpec activation, CallContext callContext)
      throws InterruptedException {
    var those = those(names);
    var staged = all(those, new ExecutorCall.Stage(activation), callContext);
    var tried = activation.tried();
    if (tried.isPresent()) {
      all(those, new ExecutorCall.Stage(tried.get()), callContext);
    }
    return settled(
        published(those, activation, callContext).because(staged), activation, callContext);
  }

  private ParticipantReplies published(
      List<BackendExecutor> of, EpochSpec activation, CallContext callContext)
      throws InterruptedException {
    var replies = all(of, new ExecutorCall.Publish(activation), callContext);
    refusing.addAll(replies.members(Answer.NO));
    return replies;
  }

  /** Who acts on it. */
  public ParticipantReplies converged(EpochSpec activation, CallContext callContext)
      throws InterruptedException {
    return converged(names(), activation, callContext);
  }

  /**
   * Who of some acts on it. On a rollback also who never left what comes back, and refuses to take
   * it: a member that takes it does so, since it is fenced by that.
   */
  public ParticipantReplies converged(
      List<String> names, EpochSpec activation, CallContext callContext)
      throws InterruptedException {
    var replies = all(those(names), new ExecutorCall.Converge(activation), callContext).asLooks();
    var open =
        those(
            replies.participants(r -> refusing.contains(r.member()) && ParticipantReplies.open(r)));
    return open.isEmpty() || !terms.back()
        ? replies
        : replies.settledBy(neverLeft(open, callContext), refusing::contains);
  }

  private ParticipantReplies neverLeft(List<BackendExecutor> of, CallContext callContext)
      throws InterruptedException {
    if (terms.former().isPresent()) {
      return neverLeft(of, terms.former().get(), callContext);
    }
    return terms.found().isPresent()
        ? terms.asFound(all(of, new ExecutorCall.Observe(), callContext))
        : ParticipantReplies.of(Map.of());
  }

  /**
   * Who acts on these policies, by whatever epoch: one that stayed behind at several ways back
   * names the epoch of the first.
   */
  private ParticipantReplies neverLeft(
      List<BackendExecutor> of, EpochSpec former, CallContext mandate) throws InterruptedException {
    var tally = all(of, new ExecutorCall.Converge(former), mandate).asLooks();
    var open =
        those(tally.participants(r -> refusing.contains(r.member()) && ParticipantReplies.open(r)));
    if (open.isEmpty()) {
      return tally;
    }
    var named = all(open, new ExecutorCall.Observe(), mandate).epochs(refusing);
    named.remove(former.epoch());
    for (long epoch : named.descendingSet().stream().limit(MOST_EPOCHS).toList()) {
      var there = all(open, new ExecutorCall.Converge(former.by(epoch)), mandate).asLooks();
      tally = tally.settledBy(there, refusing::contains);
    }
    return tally;
  }

  /**
   * Removes an epoch everywhere; from the store of policy sets last and only when nothing else is
   * left, so that what is still listed there has something left to collect.
   */
  public ParticipantReplies discard(long epoch, CallContext callContext)
      throws InterruptedException {
    var call = new ExecutorCall.Discard(epoch);
    var others = all(others(), call, callContext);
    return others.allYes() ? others.updated(all(store(), call, callContext)) : others;
  }

  private ParticipantReplies all(
      List<BackendExecutor> of, ExecutorCall call, CallContext callContext)
      throws InterruptedException {
    return terms.excusing(
        ParticipantReplies.of(executors.calls().all(of, call, callContext, bounds.call())));
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
