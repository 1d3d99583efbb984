package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.runtime.Convergence.EarlyEnd;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Report.Answer;
import java.util.Optional;

/**
 * The effects after the commit: forward only. A member that answers and refuses, or isn't there by
 * the bound, failed; one that does not answer is unknown, and the next start goes on with it. A way
 * back has nowhere else to go: it isn't stopped by a member that refuses, and waits for it like for
 * one that doesn't answer, until it goes back too, or a person leaves it out.
 */
final class AfterCommit {
  private final Crew crew;
  private final Publication publication;
  private final Convergence convergence;
  private final Probing probing;
  private final Collecting collecting;
  private final Ledger ledger;
  private final Time time;

  AfterCommit(Ports ports, Settings settings, Crew crew, Ledger ledger) {
    this.crew = crew;
    this.publication = new Publication(crew, ledger, settings.bounds(), ports.time());
    this.convergence = new Convergence(crew, ledger, settings.bounds(), ports.time());
    this.probing = new Probing(ports.executors(), settings, ports.time());
    this.collecting = new Collecting(crew, ledger, ports, settings);
    this.ledger = ledger;
    this.time = ports.time();
  }

  Happening publish(Execution x, Content content, Duty duty) throws InterruptedException {
    long from = time.micros();
    var terms = ReturnTerms.of(x, content, duty);
    var tally = terms.atLast(publication.of(crew.on(terms)).publish(content.activation(x), duty));
    String action = "Publishing " + named(content.activation(x));
    duty.story().tellTimed(Phase.PUBLISH, action, Telling.of(tally), from);
    duty.story().summarise(tally.counts() + " published", worst(tally));
    if (x.restores()) {
      duty.story()
          .summarise("unmanaged: what was found before the first change is back", Status.OK);
    }
    leftAlone(tally, content, duty.story());
    return terms.back()
        ? wentBack(tally, new Event.PublishedEverywhere(), terms)
        : happened(tally, new Event.PublishedEverywhere(), "did not take it");
  }

  Happening converge(Execution x, Content content, Duty duty) throws InterruptedException {
    long from = time.micros();
    var terms = ReturnTerms.of(x, content, duty);
    var members = crew.on(terms);
    if (terms.back()) {
      offer(content.activation(x), members, duty);
    }
    // a change has a way back that needn't wait; what goes back has nowhere else to go
    var end = terms.back() ? EarlyEnd.NONE : EarlyEnd.AT_STUCK;
    var awaited = convergence.of(members).await(content.activation(x), duty, end);
    var tally = terms.atLast(awaited);
    String action = "Asking who acts on " + named(content.activation(x));
    duty.story().tellTimed(Phase.CONVERGE, action, Telling.of(tally), from);
    duty.story().summarise(tally.counts() + " confirmed", worst(tally));
    leftAlone(tally, content, duty.story());
    return terms.back()
        ? wentBack(tally, new Event.ConvergedEverywhere(), terms)
        : happened(tally, new Event.ConvergedEverywhere(), "doesn't act on it");
  }

  /** A member that isn't there takes it at once, or refuses it, and needn't if it never left. */
  private void offer(Activation activation, Crew members, Duty duty) throws InterruptedException {
    var open = members.converged(activation, duty.mandate()).answering(Answer.NO);
    if (!open.isEmpty() && ledger.leads(duty.leadership())) {
      var _ = members.again(open, activation, duty.mandate());
    }
  }

  /** See {@link Convergence#mend}. */
  Optional<String> mend(Activation activation, Duty duty) throws InterruptedException {
    return convergence.mend(activation, duty);
  }

  /** Who keeps what it has, since nobody knows what it is to get back. */
  private static void leftAlone(Tally tally, Content content, Story story) {
    content
        .restores()
        .ifPresent(found ->
            tally
                .reports()
                .forEach((participant, reports) ->
                    reports.stream()
                        .filter(r -> r.answer() == Answer.SKIPPED)
                        .filter(r -> found.whyUnseen(participant, r.member()).isPresent())
                        .forEach(r -> story.leaveOpen(r.member()))));
  }

  private static String named(Activation activation) {
    return activation
        .candidate()
        .map(c ->
            "epoch %d, and epoch %d for positions below %d"
                .formatted(activation.epoch(), c.epoch(), c.cohort().share()))
        .orElse("epoch " + activation.epoch());
  }

  /** New limits are probed; a way back by itself is proven by what every member holds. */
  Happening validate(Execution x, Content content, Duty duty) throws InterruptedException {
    boolean probes = x.kind() != Kind.COMPENSATION && !x.restores();
    if (!probes) {
      return compare(x, content, duty);
    }
    var event = probing.probe(content.activation(x), x.rollout(), duty);
    boolean watched = x.state().onTrial() || x.rollout().bakes();
    return new Happening.Now(
        event instanceof Event.Validated && watched
            ? new Event.BakeBegun(time.instant().toEpochMilli() + x.rollout().bakeMillis())
            : event);
  }

  /** What nobody needs any more. */
  Happening collect(Execution x, Duty duty) throws InterruptedException {
    return collecting.collect(x, duty);
  }

  /** The committed digest is the one that was to come back, and everyone answers again. */
  private Happening compare(Execution x, Content content, Duty duty) throws InterruptedException {
    var active = ledger.active().filter(a -> a.digest().equals(x.digest()));
    if (active.isEmpty()) {
      return new Happening.Now(
          new Event.Refused("active doesn't name the digest that was to come back"));
    }
    long from = time.micros();
    var terms = ReturnTerms.of(x, content, duty);
    var observed = terms.atLast(convergence.of(crew.on(terms)).observe(duty));
    duty.story()
        .tellTimed(Phase.VALIDATE, "Comparing what every member holds", Telling.of(observed), from);
    if (!observed.allYes()) {
      duty.story().summarise(observed.counts() + " observed", worst(observed));
      return new Happening.Stuck(Ending.NOT_BACK + observed.pending());
    }
    duty.story().summarise("back at policy digest " + x.digest().substring(0, 12), Status.OK);
    if (x.restores()) {
      // whoever published may have died with what it knew of this
      leftAlone(crew.converged(content.activation(x), duty.mandate()), content, duty.story());
    }
    return wentBack(observed, new Event.Validated(), terms);
  }

  /** All that can are back; what is left waits for them, or for a person's word. */
  private static Happening wentBack(Tally tally, Event whenAll, ReturnTerms terms) {
    if (!tally.allYes()) {
      return new Happening.Stuck(Ending.NOT_BACK + tally.pending());
    }
    return terms
        .newly(tally)
        .map(l -> new Happening.Now(new Event.MembersLeftOut(l)))
        .orElse(new Happening.Now(whenAll));
  }

  private static Happening happened(Tally tally, Event whenAll, String otherwise) {
    if (tally.allYes()) {
      return new Happening.Now(whenAll);
    }
    return tally.with(Answer.NO).isEmpty()
        ? new Happening.Stuck(tally.named(Answer.UNKNOWN))
        : new Happening.Now(new Event.Refused(otherwise + ": " + tally.pending()));
  }

  private static Status worst(Tally tally) {
    if (tally.allYes()) {
      return Status.OK;
    }
    return tally.with(Answer.NO).isEmpty() ? Status.UNKNOWN : Status.ERROR;
  }

  /** Whether an execution of this state was proven, so that it may be gone back to. */
  static boolean baked(State state) {
    return state instanceof State.Completed || state instanceof State.Baked;
  }
}
