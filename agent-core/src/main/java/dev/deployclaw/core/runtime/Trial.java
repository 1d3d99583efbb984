package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.spi.Report.Answer;

/**
 * The effects of a candidate beside what is committed: its cohort is published and proven, or it is
 * taken back. What can't be told is no data, and no data is no pass: then it is taken back, too.
 */
final class Trial {
  private final AfterCommit after;
  private final Crew crew;
  private final Time time;

  Trial(AfterCommit after, Crew crew, Time time) {
    this.after = after;
    this.crew = crew;
    this.time = time;
  }

  /** Published, acted on by everybody, and proven on both sides of the cohort. */
  Happening widen(Execution x, Content content, Duty duty) throws InterruptedException {
    var happened = after.publish(x, content, duty);
    if (happened instanceof Happening.Now(Event.PublishedEverywhere _)) {
      happened = after.converge(x, content, duty);
    }
    if (happened instanceof Happening.Now(Event.ConvergedEverywhere _)) {
      happened = after.validate(x, content, duty);
    }
    return happened instanceof Happening.Stuck(String pending)
        ? new Happening.Now(new Event.Refused("no data: " + pending))
        : happened;
  }

  /** Everybody acts on what is committed again; then what was staged has no reader any more. */
  Happening withdraw(Execution x, Content content, Duty duty) throws InterruptedException {
    var happened = after.publish(x, content, duty);
    if (happened instanceof Happening.Now(Event.PublishedEverywhere _)) {
      happened = after.converge(x, content, duty);
    }
    return switch (happened) {
      case Happening.Now(Event.ConvergedEverywhere _) -> discard(x, duty);
      case Happening.Now(Event.Refused(String reason)) ->
          new Happening.Now(new Event.NotCompensated(reason));
      case Happening.Now _, Happening.Stuck _, Happening.Again _ -> happened;
    };
  }

  private Happening discard(Execution x, Duty duty) throws InterruptedException {
    long from = time.micros();
    var tally = crew.discard(x.epoch(), duty.mandate());
    String action = "Removing what was staged for epoch " + x.epoch();
    duty.story().tellTimed(Phase.FINISH, action, Telling.of(tally), from);
    duty.story().summarise("back at epoch " + x.base().epoch() + " for everybody", Status.OK);
    return new Happening.Now(
        new Event.Withdrawn(
            tally.all().stream()
                .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
                .map(r -> r.member() + ": " + r.reason())
                .toList()));
  }
}
