package dev.deployclaw.core.change;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.call.ParticipantReplies;
import dev.deployclaw.core.change.ConvergenceLoop.EarlyEnd;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport.Answer;
import java.util.Optional;

/**
 * The effects after the commit: forward only. A member that answers and refuses, or isn't there by
 * the bound, failed; one that does not answer is unknown, and the next start goes on with it. A way
 * back has nowhere else to go: it isn't stopped by a member that refuses, and waits for it like for
 * one that doesn't answer, until it goes back too, or a person leaves it out.
 */
public final class PostCommitEffects {
  private final ParticipantFanout crew;
  private final PublishLoop publication;
  private final ConvergenceLoop convergence;
  private final SyntheticProbe probing;
  private final StaleEpochCollector collecting;
  private final ChangeLedger ledger;
  private final AgentClock time;

  PostCommitEffects(
      AgentPorts ports, AgentSettings settings, ParticipantFanout crew, ChangeLedger ledger) {
    this.crew = crew;
    this.publication = new PublishLoop(crew, ledger, settings.bounds(), ports.time());
    this.convergence = new ConvergenceLoop(crew, ledger, settings.bounds(), ports.time());
    this.probing = new SyntheticProbe(ports.executors(), settings, ports.time());
    this.collecting = new StaleEpochCollector(crew, ledger, ports, settings);
    this.ledger = ledger;
    this.time = ports.time();
  }

  EffectResult publish(ChangeExecution x, ChangeContent content, OrchestrationContext duty)
      throws InterruptedException {
    long from = time.micros();
    var terms = RollbackCompletion.of(x, content, duty);
    var tally = terms.atLast(publication.of(crew.on(terms)).publish(content.activation(x), duty));
    String action = "Publishing " + named(content.activation(x));
    duty.story().tellTimed(Phase.PUBLISH, action, LogEntryContent.of(tally), from);
    duty.story().summarise(tally.counts() + " published", worst(tally));
    if (x.restores()) {
      duty.story().summarise("unmanaged: the state before the first change is back", Status.OK);
    }
    leftAlone(tally, content, duty.story());
    return terms.back()
        ? wentBack(tally, new ChangeEvent.PublishedEverywhere(), terms)
        : happened(tally, new ChangeEvent.PublishedEverywhere(), "did not take it");
  }

  EffectResult converge(ChangeExecution x, ChangeContent content, OrchestrationContext duty)
      throws InterruptedException {
    long from = time.micros();
    var terms = RollbackCompletion.of(x, content, duty);
    var members = crew.on(terms);
    if (terms.back()) {
      offer(content.activation(x), members, duty);
    }
    // a change has a way back that needn't wait; what goes back has nowhere else to go
    var end = terms.back() ? EarlyEnd.NONE : EarlyEnd.AT_STUCK;
    var awaited = convergence.of(members).await(content.activation(x), duty, end);
    var tally = terms.atLast(awaited);
    String action = "Asking which members enforce " + named(content.activation(x));
    duty.story().tellTimed(Phase.CONVERGE, action, LogEntryContent.of(tally), from);
    duty.story().summarise(tally.counts() + " confirmed", worst(tally));
    leftAlone(tally, content, duty.story());
    return terms.back()
        ? wentBack(tally, new ChangeEvent.ConvergedEverywhere(), terms)
        : happened(tally, new ChangeEvent.ConvergedEverywhere(), "doesn't enforce it");
  }

  /** A member that isn't there takes it at once, or refuses it, and needn't if it never left. */
  private void offer(EpochSpec activation, ParticipantFanout members, OrchestrationContext duty)
      throws InterruptedException {
    var open = members.converged(activation, duty.mandate()).answering(Answer.NO);
    if (!open.isEmpty() && ledger.leads(duty.leadership())) {
      var _ = members.again(open, activation, duty.mandate());
    }
  }

  /** See {@link ConvergenceLoop#mend}. */
  Optional<String> mend(EpochSpec activation, OrchestrationContext duty)
      throws InterruptedException {
    return convergence.mend(activation, duty);
  }

  /** Who keeps what it has, since nobody knows what it is to get back. */
  private static void leftAlone(
      ParticipantReplies tally, ChangeContent content, ExecutionRecorder story) {
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

  private static String named(EpochSpec activation) {
    return activation
        .candidate()
        .map(c ->
            "epoch %d, and epoch %d for positions below %d"
                .formatted(activation.epoch(), c.epoch(), c.cohort().share()))
        .orElse("epoch " + activation.epoch());
  }

  /** New limits are probed; a way back by itself is proven by what every member holds. */
  EffectResult validate(ChangeExecution x, ChangeContent content, OrchestrationContext duty)
      throws InterruptedException {
    boolean probes = x.kind() != ChangeKind.COMPENSATION && !x.restores();
    if (!probes) {
      return compare(x, content, duty);
    }
    var event = probing.probe(content.activation(x), x.rollout(), duty);
    boolean watched = x.state().onTrial() || x.rollout().bakes();
    return new EffectResult.NextEvent(
        event instanceof ChangeEvent.Validated && watched
            ? new ChangeEvent.BakeBegun(time.instant().toEpochMilli() + x.rollout().bakeMillis())
            : event);
  }

  /** What nobody needs any more. */
  EffectResult collect(ChangeExecution x, OrchestrationContext duty) throws InterruptedException {
    return collecting.collect(x, duty);
  }

  /** The committed digest is the one that was to come back, and everyone answers again. */
  private EffectResult compare(ChangeExecution x, ChangeContent content, OrchestrationContext duty)
      throws InterruptedException {
    var active = ledger.active().filter(a -> a.digest().equals(x.digest()));
    if (active.isEmpty()) {
      return new EffectResult.NextEvent(
          new ChangeEvent.Refused("active doesn't name the digest of the rollback"));
    }
    long from = time.micros();
    var terms = RollbackCompletion.of(x, content, duty);
    var observed = terms.atLast(convergence.of(crew.on(terms)).observe(duty));
    duty.story()
        .tellTimed(
            Phase.VALIDATE,
            "Comparing what every member holds",
            LogEntryContent.of(observed),
            from);
    if (!observed.allYes()) {
      duty.story().summarise(observed.counts() + " observed", worst(observed));
      return new EffectResult.Stuck(ExecutionOutcome.NOT_BACK + observed.pending());
    }
    duty.story().summarise("back at policy digest " + x.digest().substring(0, 12), Status.OK);
    if (x.restores()) {
      // the publisher may have died with its knowledge of this
      leftAlone(crew.converged(content.activation(x), duty.mandate()), content, duty.story());
    }
    return wentBack(observed, new ChangeEvent.Validated(), terms);
  }

  /** All that can are back; what is left waits for them, or for a person's word. */
  private static EffectResult wentBack(
      ParticipantReplies tally, ChangeEvent whenAll, RollbackCompletion terms) {
    if (!tally.allYes()) {
      return new EffectResult.Stuck(ExecutionOutcome.NOT_BACK + tally.pending());
    }
    return terms
        .newly(tally)
        .map(l -> new EffectResult.NextEvent(new ChangeEvent.MembersLeftOut(l)))
        .orElse(new EffectResult.NextEvent(whenAll));
  }

  private static EffectResult happened(
      ParticipantReplies tally, ChangeEvent whenAll, String otherwise) {
    if (tally.allYes()) {
      return new EffectResult.NextEvent(whenAll);
    }
    return tally.with(Answer.NO).isEmpty()
        ? new EffectResult.Stuck(tally.named(Answer.UNKNOWN))
        : new EffectResult.NextEvent(new ChangeEvent.Refused(otherwise + ": " + tally.pending()));
  }

  private static Status worst(ParticipantReplies tally) {
    if (tally.allYes()) {
      return Status.OK;
    }
    return tally.with(Answer.NO).isEmpty() ? Status.UNKNOWN : Status.ERROR;
  }
}
