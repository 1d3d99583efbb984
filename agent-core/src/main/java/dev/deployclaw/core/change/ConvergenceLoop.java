package dev.deployclaw.core.change;

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
import dev.deployclaw.core.spi.MemberReport.Answer;
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
public final class ConvergenceLoop {
  private final ParticipantFanout crew;
  private final ChangeLedger ledger;
  private final AgentSettings.Bounds bounds;
  private final AgentClock time;

  public ConvergenceLoop(
      ParticipantFanout crew, ChangeLedger ledger, AgentSettings.Bounds bounds, AgentClock time) {
    this.crew = crew;
    this.ledger = ledger;
    this.bounds = bounds;
    this.time = time;
  }

  /**
   * Before the bound the wait ends where it can bring nothing.
   *
   * @param atStuck whether one member is enough that stays stuck although it was published to
   *     again: it may be stuck with what came before
   * @param refused members that refused to take it: they aren't waited for
   */
  public record EarlyEnd(boolean atStuck, Set<String> refused) {
    static final EarlyEnd NONE = new EarlyEnd(false, Set.of());
    static final EarlyEnd AT_STUCK = new EarlyEnd(true, Set.of());

    public EarlyEnd {
      refused = Set.copyOf(refused);
    }

    private boolean comes(ParticipantReplies tally, boolean stuck) {
      return (atStuck && stuck)
          || (!refused.isEmpty() && refused.containsAll(tally.members(Answer.NO, Answer.UNKNOWN)));
    }
  }

  ParticipantReplies await(EpochSpec activation, OrchestrationContext duty, EarlyEnd end)
      throws InterruptedException {
    return await(crew.names(), activation, duty, end);
  }

  /** The same with these participants. */
  ConvergenceLoop of(ParticipantFanout others) {
    return new ConvergenceLoop(others, ledger, bounds, time);
  }

  /** Of some participants. */
  public ParticipantReplies await(
      List<String> names, EpochSpec activation, OrchestrationContext duty, EarlyEnd end)
      throws InterruptedException {
    long since = time.micros();
    long within = bounds.converge().toNanos() / 1000;
    int published = 0;
    long next = wait(published, within);
    var stuck = new StuckMembers(bounds.converge());
    var log =
        new WaitReasonLog(
            duty.story(),
            Phase.CONVERGE,
            "Asking which members enforce epoch " + activation.epoch() + " again");
    var tally = crew.converged(names, activation, duty.mandate());
    while (!tally.allYes()
        && time.micros() - since < within
        && !end.comes(tally, published > 0 && stuck.hold())) {
      log.tell(silent(tally), tally.answering(Answer.UNKNOWN));
      time.pause(RetryBackoff.after(time.micros() - since, bounds.poll()));
      tally = tally.updated(crew.converged(tally.unfinished(), activation, duty.mandate()));
      stuck.see(tally, time.micros());
      boolean refused = !tally.with(Answer.NO).isEmpty();
      if (refused && published < bounds.attempts() && time.micros() - since >= next) {
        published++;
        next += wait(published, within);
        tally = again(names, tally, activation, duty);
      }
    }
    duty.story().waited(time.micros() - since);
    return tally;
  }

  /** Members that don't answer; what the others say changes as they go on. */
  private static String silent(ParticipantReplies tally) {
    String silent = tally.named(Answer.UNKNOWN);
    return silent.isEmpty() ? "" : "no answer yet: " + silent;
  }

  /** What every member holds, as soon as all that don't answer are back, and by the bound. */
  ParticipantReplies observe(OrchestrationContext duty) throws InterruptedException {
    long since = time.micros();
    long within = bounds.converge().toNanos() / 1000;
    var tally = crew.observe(duty.mandate()).asLooks();
    for (long waited = time.micros() - since;
        !tally.allYes() && tally.with(Answer.NO).isEmpty() && waited < within;
        waited = time.micros() - since) {
      time.pause(RetryBackoff.after(waited, bounds.poll()));
      if (!duty.leadership().holds()) {
        break;
      }
      tally = tally.updated(crew.observe(tally.unfinished(), duty.mandate()).asLooks());
    }
    return tally;
  }

  /**
   * Publishes once more to the members that don't act on it any more, and names them; empty where
   * none is known to.
   */
  Optional<String> mend(EpochSpec activation, OrchestrationContext duty)
      throws InterruptedException {
    var tally = crew.converged(activation, duty.mandate());
    if (tally.with(Answer.NO).isEmpty()) {
      return Optional.empty();
    }
    again(crew.names(), tally, activation, duty);
    return Optional.of(tally.named(Answer.NO));
  }

  /** An eighth of the time at first, then twice as long each time. */
  private static long wait(int published, long within) {
    return (within << published) / 8;
  }

  private ParticipantReplies again(
      List<String> names, ParticipantReplies tally, EpochSpec activation, OrchestrationContext duty)
      throws InterruptedException {
    if (!ledger.leads(duty.leadership())) {
      return tally;
    }
    var lost = tally.answering(Answer.NO);
    String detail = "not there yet: " + tally.named(Answer.NO);
    duty.story()
        .tell(
            Phase.CONVERGE,
            "Publishing epoch " + activation.epoch() + " again",
            new LogEntryContent(detail, Status.WARNING, Map.of("participants", lost)));
    crew.again(lost, activation, duty.mandate());
    return crew.converged(names, activation, duty.mandate());
  }
}
