package dev.deployclaw.core.change.publication;

import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Asks, bounded by time, until every member acts on a committed epoch. A member that took it can
 * lose it again: a gateway that was set up new, a Redis primary that was replaced by a replica. So
 * a member that says that it doesn't act on it is published to again, a few times, further and
 * further apart, and then all members are asked. Only an agent that leads by a linearizable read
 * publishes.
 */
public record ConvergenceLoop(
    ParticipantFanout participants,
    ChangeLedger ledger,
    AgentSettings.Bounds bounds,
    AgentClock time) {
  /**
   * Before the bound the wait ends where it can bring nothing.
   *
   * @param atStuck whether one member is enough that stays stuck although it was published to
   *     again: it may be stuck with what came before
   * @param refused members that refused to take it: they aren't waited for
   */
  public record EarlyEnd(boolean atStuck, Set<String> refused) {
    public static final EarlyEnd NONE = new EarlyEnd(false, Set.of());
    public static final EarlyEnd AT_STUCK = new EarlyEnd(true, Set.of());

    public EarlyEnd {
      refused = Set.copyOf(refused);
    }

    private boolean comes(ParticipantReplies replies, boolean stuck) {
      return (atStuck && stuck)
          || (!refused.isEmpty()
              && refused.containsAll(replies.members(Answer.NO, Answer.UNKNOWN)));
    }
  }

  public ParticipantReplies await(EpochSpec activation, OrchestrationContext context, EarlyEnd end)
      throws InterruptedException {
    return await(participants.names(), activation, context, end);
  }

  /** Of some participants. */
  public ParticipantReplies await(
      List<String> names, EpochSpec activation, OrchestrationContext context, EarlyEnd end)
      throws InterruptedException {
    long since = time.micros();
    long within = bounds.converge().toNanos() / 1000;
    int published = 0;
    long next = wait(published, within);
    var stuck = new StuckMembers(bounds.converge());
    var log =
        new WaitReasonLog(
            context.recorder(),
            Phase.CONVERGE,
            "Asking which members enforce epoch " + activation.epoch() + " again");
    var replies = participants.converged(names, activation, context.callContext());
    while (!replies.allYes()
        && time.micros() - since < within
        && !end.comes(replies, published > 0 && stuck.hold())) {
      log.tell(silent(replies), replies.answering(Answer.UNKNOWN));
      time.pause(RetryBackoff.after(time.micros() - since, bounds.poll()));
      replies =
          replies.updated(
              participants.converged(replies.unfinished(), activation, context.callContext()));
      stuck.see(replies, time.micros());
      boolean refused = !replies.with(Answer.NO).isEmpty();
      if (refused && published < bounds.attempts() && time.micros() - since >= next) {
        published++;
        next += wait(published, within);
        replies = again(names, replies, activation, context);
      }
    }
    context.recorder().waited(time.micros() - since);
    return replies;
  }

  /** Members that don't answer; what the others say changes as they go on. */
  private static String silent(ParticipantReplies replies) {
    String silent = replies.named(Answer.UNKNOWN);
    return silent.isEmpty() ? "" : "no answer yet: " + silent;
  }

  /** What every member holds, as soon as all that don't answer are back, and by the bound. */
  public ParticipantReplies observe(OrchestrationContext context) throws InterruptedException {
    long since = time.micros();
    long within = bounds.converge().toNanos() / 1000;
    var replies = participants.observe(context.callContext()).asLooks();
    for (long waited = time.micros() - since;
        !replies.allYes() && replies.with(Answer.NO).isEmpty() && waited < within;
        waited = time.micros() - since) {
      time.pause(RetryBackoff.after(waited, bounds.poll()));
      if (!context.leadership().holds()) {
        break;
      }
      replies =
          replies.updated(
              participants.observe(replies.unfinished(), context.callContext()).asLooks());
    }
    return replies;
  }

  /**
   * Publishes once more to the members that don't act on it any more, and names them; empty where
   * none is known to.
   */
  public Optional<String> mend(EpochSpec activation, OrchestrationContext context)
      throws InterruptedException {
    var replies = participants.converged(activation, context.callContext());
    if (replies.with(Answer.NO).isEmpty()) {
      return Optional.empty();
    }
    again(participants.names(), replies, activation, context);
    return Optional.of(replies.named(Answer.NO));
  }

  /** An eighth of the time at first, then twice as long each time. */
  private static long wait(int published, long within) {
    return (within << published) / 8;
  }

  private ParticipantReplies again(
      List<String> names,
      ParticipantReplies replies,
      EpochSpec activation,
      OrchestrationContext context)
      throws InterruptedException {
    if (!ledger.leads(context.leadership())) {
      return replies;
    }
    var lost = replies.answering(Answer.NO);
    String detail = "not there yet: " + replies.named(Answer.NO);
    context
        .recorder()
        .tell(
            Phase.CONVERGE,
            "Publishing epoch " + activation.epoch() + " again",
            new LogEntryContent(detail, Status.WARNING, Map.of("participants", lost)));
    participants.again(lost, activation, context.callContext());
    return participants.converged(names, activation, context.callContext());
  }

  /**
   * Members that are stuck, and for how long. A back end that was away may still report what it
   * knew before: a Deployment whose controller slept past the deadline is late for a moment, and
   * goes on. So a member counts as stuck once several looks in a row, over some time, say so. For
   * one thread.
   */
  private static final class StuckMembers {
    private static final int FEWEST_LOOKS = 3;
    private static final Duration LONGEST = Duration.ofSeconds(10);

    /** The share of the whole wait that it takes at most. */
    private static final int SHARE = 4;

    private final long holdMicros;
    private final Map<String, Seen> seen = new HashMap<>();

    /** When a member was first seen stuck, and in how many looks since. */
    private record Seen(long first, int looks, boolean holds) {}

    /**
     * @param converge how long the wait is
     */
    StuckMembers(Duration converge) {
      var share = converge.dividedBy(SHARE);
      var hold = share.compareTo(LONGEST) < 0 ? share : LONGEST;
      this.holdMicros = hold.toNanos() / 1000;
    }

    /** Takes in one look; a member that isn't stuck in it begins from none. */
    void see(ParticipantReplies look, long micros) {
      var stuck =
          look.all().stream().filter(MemberReport::stuck).map(MemberReport::member).toList();
      seen.keySet().retainAll(stuck);
      for (String member : stuck) {
        var before = seen.getOrDefault(member, new Seen(micros, 0, false));
        int looks = before.looks() + 1;
        boolean holds = looks >= FEWEST_LOOKS && micros - before.first() >= holdMicros;
        seen.put(member, new Seen(before.first(), looks, holds));
      }
    }

    /** Whether one of them was stuck for long enough. */
    boolean hold() {
      return seen.values().stream().anyMatch(Seen::holds);
    }
  }
}
