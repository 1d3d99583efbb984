package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Decision.Policies;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Accepted;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Kind;
import dev.deployclaw.core.machine.Opening;
import dev.deployclaw.core.machine.Reach;
import dev.deployclaw.core.runtime.Ledger.Permit;
import dev.deployclaw.core.runtime.Regression.Seen;
import dev.deployclaw.core.spi.NamedMembers;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.json.Canonical;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes a state store that was restored from a backup the truth again, by a person's word. First
 * one transaction raises the last epoch and the term above all that any back end names, so that
 * neither is given out twice and every fence out there is behind the next leader; that ends this
 * agent's own lead. Then, under a new one, what is committed is put into force under a fresh epoch,
 * as an ordinary change. Repeating it changes nothing.
 */
final class Acceptance {
  private static final Ending ACCEPTED =
      new Ending(
          Result.COMPLETED, ExitCode.OK, "accepted: what back ends name is never given out again");

  /** How far above what the state store knows a mark may be. */
  private static final long MOST_AHEAD = 1_000_000;

  private final Architect architect;
  private final Ports ports;
  private final Settings settings;
  private final Ledger ledger;

  Acceptance(Architect architect, Ports ports, Settings settings) {
    this.architect = architect;
    this.ports = ports;
    this.settings = settings;
    this.ledger = architect.orchestrator().ledger();
  }

  Ended run(TaskRequest request) throws InterruptedException {
    try {
      var seen = new Regression(ports, settings).look();
      if (seen.unsettled()) {
        return inForce(request);
      }
      var story = architect.stories().begin(request, Operation.APPLY_POLICIES, true);
      story.asked(request);
      if (seen.ahead().isEmpty()) {
        return end(story, nothing("no back end is ahead of the state store"), Optional.empty());
      }
      var absurd = absurd(seen);
      var refused = absurd.isPresent() ? absurd : raise(seen, request, story);
      var raised = end(story, refused.orElse(ACCEPTED), Optional.empty());
      return refused.isPresent() ? raised : inForce(request);
    } catch (Unreachable e) {
      return Ended.of("", Ending.unreachable(Leading.reason(e)));
    }
  }

  /**
   * A way back is asked for by a person, and few members that are ahead don't stop it: what they
   * name is never given out again, as if that had been asked for, and the way back has an epoch
   * above it. Leaves a log of its own.
   *
   * @return how it ends where that can't be done
   */
  Optional<Ended> outvote(Seen seen, TaskRequest request) throws InterruptedException {
    boolean waits = !architect.wayBack().held(RequestOrigin.of(request)).isEmpty();
    return waits ? stop(seen, request) : outvoted(seen, request);
  }

  private Optional<Ended> outvoted(Seen seen, TaskRequest request) throws InterruptedException {
    var story = architect.stories().begin(Operation.ROLLBACK, true);
    story.asked(request);
    var refused = absurd(seen);
    var stopped = refused.isPresent() ? refused : raise(seen, request, story);
    var ended = end(story, stopped.orElse(ACCEPTED), Optional.empty());
    return stopped.map(_ -> ended);
  }

  /** The same where it is asked for in words; whatever else they ask for stops. */
  Optional<Ended> outvoteInWords(Seen seen, TaskRequest request) throws InterruptedException {
    boolean back =
        architect.plan(request) instanceof PlanAnswer.Understood(var intent, var risks)
            && intent.operation() == Operation.ROLLBACK
            && !intent.guards().dryRun()
            && risks.isEmpty();
    return back ? outvoted(seen, request) : stop(seen, request);
  }

  /** One that waits for an approval doesn't get past it either. */
  private Optional<Ended> stop(Seen seen, TaskRequest request) throws InterruptedException {
    var stopped = Regression.ending(seen.ahead());
    return Optional.of(architect.leading().turnedAway(Optional.of(request), stopped, false));
  }

  /** Also where an earlier try got no further than to be accepted. */
  private Ended inForce(TaskRequest request) throws InterruptedException {
    return architect.leading().run(Optional.of(request), lead -> putInForce(request, lead));
  }

  /** Numbers are given out one by one: a mark that is far beyond them was forged, or is broken. */
  private static Optional<Ending> absurd(Seen seen) {
    return seen.ahead().stream()
        .filter(a -> a.observed() - a.expected() > MOST_AHEAD)
        .findFirst()
        .map(a ->
            new Ending(
                Result.REFUSED,
                ExitCode.REFUSED,
                "%s: more than %d above can't be real; mend that member's mark by hand, then ask again"
                    .formatted(a.text(), MOST_AHEAD)));
  }

  private Optional<Ending> raise(Seen seen, TaskRequest request, Story story)
      throws InterruptedException {
    try (var leadership = Lead.take(ports.state(), settings, ports.time()).orElse(null)) {
      if (leadership == null) {
        return Optional.of(new Ending(Result.ABORTED, ExitCode.ABORTED, Lead.taken(ports.state())));
      }
      var record = story.record(Phase.OPEN, "Accepting the state store", telling(seen));
      return switch (ledger.permit(record, raising(seen, request, leadership), leadership, story)) {
        case Permit.Given() -> Optional.empty();
        case Permit.Refused() ->
            Optional.of(
                new Ending(
                    Result.ABORTED,
                    ExitCode.ABORTED,
                    "another agent leads, or gave out an epoch meanwhile: ask again"));
        case Permit.Unknown(String reason) -> Optional.of(Ending.unknown(reason + ": ask again"));
      };
    }
  }

  private static Telling telling(Seen seen) {
    var facts = new TreeMap<String, Object>();
    facts.put(
        "ahead", seen.ahead().stream().limit(Standing.MOST_LISTED).map(Ahead::toMap).toList());
    facts.put("silent", seen.silent().stream().limit(Standing.MOST_LISTED).toList());
    String silent =
        seen.silent().isEmpty()
            ? ""
            : "; not asked, since they don't answer: " + NamedMembers.names(seen.silent());
    String detail =
        "no epoch up to %d and no term up to %d is given out again%s"
            .formatted(seen.epoch(), seen.term(), silent);
    return new Telling(detail, Status.WARNING, facts)
        .deciding(Decision.by(Name.ACCEPT, "persons-word"));
  }

  /** The term that it raises is the one that it compares: whoever leads next has a higher one. */
  private Transaction raising(Seen seen, TaskRequest request, Leadership leadership)
      throws InterruptedException {
    var mark = ledger.epochMark();
    var before = ports.state().get(Keys.ACCEPTED);
    var earlier = before.map(Entry::value).map(Accepted::read).orElse(Accepted.NOTHING);
    long epoch = Math.max(seen.epoch(), earlier.epoch());
    long term = Math.max(seen.term(), leadership.term());
    var accepted =
        new Accepted(epoch, term, request.requester(), ports.time().instant().toString());
    return new Transaction(
        List.of(
            mark.revision() == 0
                ? new Condition.Absent(Keys.EPOCH)
                : new Condition.Unmoved(Keys.EPOCH, mark.revision()),
            Condition.unmoved(Keys.ACCEPTED, before)),
        List.of(
            number(Keys.EPOCH, Math.max(mark.last(), epoch)),
            number(Keys.TERM, term),
            new Write.Put(Keys.ACCEPTED, accepted.bytes())));
  }

  /** A change of its own, with a log of its own: recovery came in between. */
  private Ended putInForce(TaskRequest request, Leadership leadership) throws InterruptedException {
    var story = architect.stories().begin(request, Operation.APPLY_POLICIES, true);
    story.asked(request);
    var base = ledger.base();
    if (Content.wayBackTo(base) == 0) {
      String next =
          "accepted; nothing is committed, so what back ends enforce stays until the next change";
      return end(story, new Ending(Result.COMPLETED, ExitCode.OK, next), Optional.of(leadership));
    }
    var committed = architect.orchestrator().archive().committed(base);
    if (committed.isEmpty()) {
      return end(story, unread(base), Optional.of(leadership));
    }
    var set = committed.get();
    var content = new Content(set, Optional.of(set), Optional.empty());
    var opening = opening(base, request, story);
    story.planned(opening.planHash());
    story.tell(Phase.PLAN, "Planning to put it in force", planning(base));
    var risks =
        Risks.of(
            RequestOrigin.of(request).demands(),
            Reach.of("accept-regression", set.tenants().keySet(), List.of()));
    var duty = new Duty(leadership, story, risks);
    var ending = architect.orchestrator().open(opening, Optional.of(content), duty);
    return end(story, ending, Optional.of(leadership));
  }

  /** The same policies under an epoch that no back end has seen. */
  private static Telling planning(Base base) {
    var facts =
        Map.<String, Object>of(
            "base_epoch", base.epoch(),
            "base_digest", base.digest(),
            "target_digest", base.digest());
    return new Telling("the policies of epoch " + base.epoch() + " again", Status.OK, facts)
        .deciding(
            Decision.by(Name.PLAN, "accepted-state")
                .leading(new Policies(base.digest(), base.digest())));
  }

  private static Ending unread(Base base) {
    return new Ending(
        Result.FAILED,
        ExitCode.FAILED,
        "accepted; but the policy set of epoch %d can't be read: put another in force with a change, or go back with: deployclaw rollback last"
            .formatted(base.epoch()));
  }

  private Opening opening(Base base, TaskRequest request, Story story) throws InterruptedException {
    var mark = ledger.epochMark();
    var plan =
        Map.of(
            "operation", "accept-regression",
            "base_epoch", base.epoch(),
            "base_digest", base.digest(),
            "last_epoch", mark.last());
    return new Opening(
        story.execution(),
        story.execution(),
        Kind.FORWARD,
        Optional.empty(),
        base,
        base.digest(),
        Canonical.sha256(Canonical.bytes(plan)),
        request.requester(),
        Optional.empty(),
        mark.last(),
        mark.revision(),
        architect.orchestrator().archive().provenanceAgain(base.epoch(), mark.last() + 1));
  }

  private Ended end(Story story, Ending ending, Optional<Leadership> leadership)
      throws InterruptedException {
    return architect.epilogue().end(story, ending, leadership, List.of());
  }

  private static Write number(String key, long value) {
    return new Write.Put(key, Long.toString(value).getBytes(StandardCharsets.UTF_8));
  }

  private static Ending nothing(String reason) {
    return new Ending(Result.NO_CHANGE, ExitCode.OK, reason);
  }
}
