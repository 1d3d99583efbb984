package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.Optional;

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
    var published = after.publish(x, content, duty);
    if (!(published instanceof Happening.Now)) {
      return published;
    }
    return switch (after.converge(x, content, duty)) {
      case Happening.Now(Event.MembersLeftOut left) -> discard(x, Optional.of(left), duty);
      case Happening.Now _ -> discard(x, leftOut(published), duty);
      case Happening.Stuck stuck -> stuck;
      case Happening.Again again -> again;
    };
  }

  private static Optional<Event.MembersLeftOut> leftOut(Happening published) {
    return published instanceof Happening.Now(Event.MembersLeftOut left)
        ? Optional.of(left)
        : Optional.empty();
  }

  private Happening discard(Execution x, Optional<Event.MembersLeftOut> leftOut, Duty duty)
      throws InterruptedException {
    long from = time.micros();
    var tally = crew.discard(x.epoch(), duty.mandate());
    String action = "Removing what was staged for epoch " + x.epoch();
    duty.story().tellTimed(Phase.FINISH, action, Telling.of(tally), from);
    String who = leftOut.map(l -> "all others, " + l.leftOut().words()).orElse("everybody");
    duty.story().summarise("back at epoch " + x.base().epoch() + " for " + who, Status.OK);
    if (leftOut.isPresent()) {
      return new Happening.Now(leftOut.get());
    }
    return new Happening.Now(
        new Event.Withdrawn(
            tally.all().stream()
                .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
                .map(r -> r.member() + ": " + r.reason())
                .toList()));
  }
}
