package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Asks, bounded by time, until everyone acts on a committed epoch. Whoever took it can lose it
 * again: a gateway that was set up anew, a Redis primary that was replaced by a replica. So who
 * says that it doesn't act on it is published to again, a few times, further and further apart, and
 * then everyone is asked anew. Only who leads by a linearizable read publishes.
 */
final class Convergence {
  private final Crew crew;
  private final Ledger ledger;
  private final Settings.Bounds bounds;
  private final Time time;

  Convergence(Crew crew, Ledger ledger, Settings.Bounds bounds, Time time) {
    this.crew = crew;
    this.ledger = ledger;
    this.bounds = bounds;
    this.time = time;
  }

  /**
   * @param hopeless by which waiting ends early; asked once it was published again in vain, since
   *     who is stuck may be so with what came before
   */
  Tally await(Activation activation, Duty duty, Predicate<Tally> hopeless)
      throws InterruptedException {
    return await(crew.names(), activation, duty, hopeless);
  }

  /** The same with these participants. */
  Convergence of(Crew others) {
    return new Convergence(others, ledger, bounds, time);
  }

  /** Of some participants. */
  Tally await(List<String> names, Activation activation, Duty duty, Predicate<Tally> hopeless)
      throws InterruptedException {
    long since = time.micros();
    long within = bounds.converge().toNanos() / 1000;
    int published = 0;
    long next = wait(published, within);
    var tally = crew.converged(names, activation, duty.mandate());
    while (!tally.allYes()
        && time.micros() - since < within
        && (published == 0 || !hopeless.test(tally))) {
      time.pause(bounds.poll());
      tally = tally.updated(crew.converged(tally.unfinished(), activation, duty.mandate()));
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

  /**
   * Publishes once more to whoever doesn't act on it any more, and says who that was; empty where
   * nobody is known of whom that is so.
   */
  Optional<String> mend(Activation activation, Duty duty) throws InterruptedException {
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

  private Tally again(List<String> names, Tally tally, Activation activation, Duty duty)
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
            new Telling(detail, Status.WARNING, Map.of("participants", lost)));
    crew.again(lost, activation, duty.mandate());
    return crew.converged(names, activation, duty.mandate());
  }
}
