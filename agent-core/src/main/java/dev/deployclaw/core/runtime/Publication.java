package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Report.Answer;

/**
 * Publishes a committed epoch to all participants. A member that doesn't answer is published to
 * again until the bound, since it may be back any moment. A refusal is an answer: it is tried a few
 * times, because a member may lack what was staged, and each try stages that first. Only an agent
 * that leads by a linearizable read publishes again.
 */
final class Publication {
  private final Crew crew;
  private final Ledger ledger;
  private final Settings.Bounds bounds;
  private final Time time;

  Publication(Crew crew, Ledger ledger, Settings.Bounds bounds, Time time) {
    this.crew = crew;
    this.ledger = ledger;
    this.bounds = bounds;
    this.time = time;
  }

  /** The same with these participants. */
  Publication of(Crew others) {
    return new Publication(others, ledger, bounds, time);
  }

  Tally publish(Activation activation, Duty duty) throws InterruptedException {
    long since = time.micros();
    long within = bounds.converge().toNanos() / 1000;
    var log =
        new WaitLog(
            duty.story(), Phase.PUBLISH, "Publishing epoch " + activation.epoch() + " again");
    int refused = 0;
    var tally = crew.publish(activation, duty.mandate());
    long waits = time.micros();
    while (!tally.allYes()) {
      refused += tally.with(Answer.NO).isEmpty() ? 0 : 1;
      long waited = time.micros() - since;
      if (waited >= within || (refused >= bounds.attempts() && decides(tally))) {
        break;
      }
      log.tell("not taken yet: " + tally.pending(), tally.unfinished());
      time.pause(RetryPause.after(waited, bounds.poll()));
      if (!ledger.leads(duty.leadership())) {
        break;
      }
      tally = tally.updated(crew.again(tally.unfinished(), activation, duty.mandate()));
    }
    duty.story().waited(time.micros() - waits);
    return tally;
  }

  /** On a way back a refusal stops no other member: those that don't answer are waited for. */
  private boolean decides(Tally tally) {
    return !crew.back() || tally.with(Answer.UNKNOWN).isEmpty();
  }
}
