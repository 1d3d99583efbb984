package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.runtime.Archive.Loaded;
import dev.deployclaw.core.runtime.Ledger.Permit;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.NamedMembers;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Puts back, by itself, what a back end lost of the committed epoch, as a Redis failover does: only
 * what isn't there any more, so that nobody's hands are written over. It looks without leadership,
 * and where nothing was lost it does nothing and leaves no log. It stands back from a change that
 * is under way, which publishes by itself, and from the kill switch.
 */
final class Reassertion {
  private final Architect architect;
  private final Ports ports;
  private final Settings settings;
  private final Ledger ledger;

  Reassertion(Architect architect, Ports ports, Settings settings) {
    this.architect = architect;
    this.ports = ports;
    this.settings = settings;
    this.ledger = architect.orchestrator().ledger();
  }

  /** How it ended; empty where nothing was lost, or nothing may be done now. */
  Optional<Ended> run() throws InterruptedException {
    if (look().isEmpty()) {
      return Optional.empty();
    }
    var ended = architect.leading().run(Optional.empty(), this::putBack);
    return Optional.of(ended).filter(e -> !e.execution().isEmpty());
  }

  /** What is lost of what is committed. */
  private record Loss(Base base, Activation activation, Tally said) {
    String sentence() {
      return said.named(Answer.NO);
    }
  }

  private Optional<Loss> look() throws InterruptedException {
    var base = ledger.base();
    boolean stands = Content.wayBackTo(base) != 0;
    if (!stands || ledger.open().isPresent() || ledger.freeze().isPresent()) {
      return Optional.empty();
    }
    var activation = activation(base);
    if (activation.isEmpty()) {
      return Optional.empty();
    }
    var said = ask(new Call.Lost(activation.get()), Mandate.looking()).asLooks();
    return said.with(Answer.NO).isEmpty()
        ? Optional.empty()
        : Optional.of(new Loss(base, activation.get(), said));
  }

  private Optional<Activation> activation(Base base) throws InterruptedException {
    var x = ledger.read(base.change()).map(Stored::execution);
    return x.isPresent()
            && architect.orchestrator().archive().load(x.get())
                instanceof Loaded.Ready(Content content)
        ? Optional.of(content.activation(x.get()).at(base.step(), Optional.empty()))
        : Optional.empty();
  }

  private Tally ask(Call call, Mandate mandate) throws InterruptedException {
    var those =
        ports.executors().participants().stream()
            .filter(e -> e.verbs().contains(call.verb()))
            .toList();
    return Tally.of(ports.executors().calls().all(those, call, mandate, settings.bounds().call()));
  }

  /** Looks once more: it may have waited for another leader, who mended it. */
  private Ended putBack(Leadership leadership) throws InterruptedException {
    var there = look();
    if (there.isEmpty()) {
      return Ended.of("", new Ending(Result.NO_CHANGE, ExitCode.OK, "nothing is lost any more"));
    }
    var loss = there.get();
    var story = architect.stories().begin(Operation.REPAIR_DRIFT, true);
    var duty = new Duty(leadership, story, Risks.NONE);
    story.asked(
        new TaskRequest(
            "put back what was lost of epoch " + loss.base().epoch(),
            settings.agent(),
            ports.time().instant()));
    story.about(loss.base().epoch());
    var refused = permit(loss, duty);
    var ending = refused.isPresent() ? refused.get() : reassert(loss, duty);
    return architect.epilogue().end(story, ending, Optional.of(leadership), List.of());
  }

  /** The record of what is about to be done, in the transaction that allows it. */
  private Optional<Ending> permit(Loss loss, Duty duty) throws InterruptedException {
    var facts =
        Map.<String, Object>of(
            "lost",
            loss.said().with(Answer.NO).stream()
                .limit(Standing.MOST_LISTED)
                .map(r -> r.member() + ": " + r.reason())
                .toList(),
            "digest",
            loss.base().digest(),
            "term",
            duty.leadership().term());
    String action = "Putting back what was lost of epoch " + loss.base().epoch();
    var telling =
        new Telling(loss.sentence(), Status.WARNING, facts)
            .deciding(Decision.by(Name.REASSERT, "what-was-lost"));
    var record = duty.story().record(Phase.PUBLISH, action, telling);
    var on =
        new Transaction(
            List.of(
                new Condition.Unmoved(Keys.ACTIVE, loss.base().revision()),
                new Condition.Absent(Keys.OPEN),
                new Condition.Absent(Keys.FREEZE)),
            List.of());
    return switch (ledger.permit(record, on, duty.leadership(), duty.story())) {
      case Permit.Given() -> Optional.empty();
      case Permit.Refused() ->
          Optional.of(
              Ending.aborted(
                  Cause.STALE, "another agent leads, or something was decided meanwhile"));
      case Permit.Unknown(String reason) ->
          Optional.of(Ending.unreachable("nothing was put back: " + reason));
    };
  }

  private Ending reassert(Loss loss, Duty duty) throws InterruptedException {
    long from = ports.time().micros();
    var tally = ask(new Call.Reassert(loss.activation()), duty.mandate());
    var back =
        tally.with(Answer.YES).stream()
            .filter(r -> r.facts().containsKey(Call.Reassert.PUT_BACK))
            .map(Reassertion::got)
            .toList();
    var facts = new TreeMap<String, Object>(Telling.of(tally).facts());
    facts.put("put_back", back.stream().limit(Standing.MOST_LISTED).toList());
    String done = back.isEmpty() ? "nothing is put back" : "put back: " + NamedMembers.names(back);
    String left = tally.allYes() ? "" : "; not put back: " + tally.pending();
    var status = tally.allYes() ? Status.OK : Status.UNKNOWN;
    duty.story()
        .tellTimed(Phase.PUBLISH, "Putting it back", new Telling(done + left, status, facts), from);
    duty.story().took(Phase.PUBLISH, from);
    return tally.allYes()
        ? new Ending(Result.COMPLETED, ExitCode.OK, done)
        : Ending.unknown(done + left + "; the next look tries it again");
  }

  private static String got(Report report) {
    return report.member() + ": " + report.facts().get(Call.Reassert.PUT_BACK);
  }
}
