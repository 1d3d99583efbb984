package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Approval;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.GatePolicy;
import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.GatePolicy.Waiting;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.diff.Difference;
import dev.deployclaw.policy.diff.PolicyDiff;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A person's word on a held change. What is refused of it stands in the change's log; where that is
 * ended already, in the application's.
 */
final class Approvals {
  private static final Logger LOG = LoggerFactory.getLogger(Approvals.class);

  private final Orchestrator orchestrator;
  private final Stories stories;
  private final Epilogue epilogue;
  private final WriteBacks writeBacks;
  private final Timetable timetable;
  private final HeldRepairs heldRepairs;
  private final Repair repairs;
  private final GatePolicy gate;
  private final Time time;

  Approvals(Architect architect, GatePolicy gate) {
    this.orchestrator = architect.orchestrator();
    this.stories = architect.stories();
    this.epilogue = architect.epilogue();
    this.writeBacks = architect.writeBacks();
    this.timetable = architect.timetable();
    this.heldRepairs = architect.heldRepairs();
    this.repairs = architect.repairing();
    this.gate = gate;
    this.time = architect.time();
  }

  /**
   * @param plan the hash that the approver read, or how it begins; empty where none is quoted
   */
  Ended approve(String id, String who, String plan, Leadership leadership)
      throws InterruptedException {
    var held = held(id);
    if (held.isEmpty()) {
      var repair = heldRepairs.find(id);
      if (repair.isPresent()) {
        return approve(repair.get(), who, plan, leadership);
      }
      var ended = notHeld(id);
      LOG.atWarn()
          .addKeyValue("execution", id)
          .addKeyValue("who", who)
          .addKeyValue("reason", ended.reason())
          .log("approval refused");
      return ended;
    }
    var x = held.get().execution();
    var duty = duty(x, leadership);
    var refused = gate.refuses(Waiting.of(x), who, plan);
    if (refused.isPresent()) {
      return refuse(refused.get().reason(), who, Ending.of(x.state()), duty);
    }
    long now = time.instant().toEpochMilli();
    String checkpoint = x.checkpoint().orElseThrow().sha256();
    Event event =
        x.state() instanceof State.Held h && h.untilMillis() < now
            ? new Event.Expired()
            : new Event.Approved(
                new Approval(who, now, x.planHash(), checkpoint, x.base().revision()));
    return end(held.get(), event, duty);
  }

  private Ended approve(HeldRepairs.Found held, String who, String plan, Leadership leadership)
      throws InterruptedException {
    var repair = held.repair();
    var story = stories.goOn(repair.id(), Operation.REPAIR_DRIFT);
    var refused = gate.refuses(repair.waiting(), who, plan);
    if (refused.isPresent()) {
      var duty = new Duty(leadership, story, Risks.NONE);
      return refuse(refused.get().reason(), who, held.ending(), duty);
    }
    return held.expired(time.instant())
        ? heldRepairs.drop(held, HeldRepairs.expiry(), leadership, story)
        : repairs.approved(held, who, leadership, story);
  }

  /** What was held stays held, and so says its log. */
  private Ended refuse(String reason, String who, Ending still, Duty duty)
      throws InterruptedException {
    var telling =
        new Telling(reason, Status.WARNING, Map.of("who", who))
            .deciding(Decision.by(Name.REFUSE, "approver"));
    duty.story().tell(Phase.GATE, "Approval refused", telling);
    epilogue.end(duty.story(), still, Optional.of(duty.leadership()), List.of());
    return Ended.refused(duty.story().execution(), reason);
  }

  /**
   * Why a word on a change would be refused as things stand.
   *
   * @param plan for an approval, the hash that is quoted, or how it begins
   */
  Optional<Objection> objection(String id, String who, boolean approves, String plan)
      throws InterruptedException {
    var there = orchestrator.ledger().read(id);
    var repair = heldRepairs.find(id);
    if (!approves && (timetable.holds(id) || repair.isPresent())) {
      return Optional.empty();
    }
    if (repair.isPresent()) {
      return notAllowed(repair.get().repair().waiting(), who, plan);
    }
    if (there.isEmpty()) {
      return Optional.of(new Objection(Objection.Kind.NO_SUCH_CHANGE, notHeld(id).reason()));
    }
    if (!(there.get().execution().state() instanceof State.Held)) {
      return Optional.of(new Objection(Objection.Kind.NOT_HELD, notHeld(id).reason()));
    }
    return approves ? notAllowed(Waiting.of(there.get().execution()), who, plan) : Optional.empty();
  }

  /** What a held change or repair would change; empty where that execution isn't held. */
  Optional<HeldPlan> plan(String id) throws InterruptedException {
    var held = held(id).map(Stored::execution);
    if (held.isPresent()) {
      return Optional.of(new HeldPlan(Waiting.of(held.get()), changes(held.get())));
    }
    return heldRepairs
        .find(id)
        .map(HeldRepairs.Found::repair)
        .map(r -> new HeldPlan(r.waiting(), r.found()));
  }

  private List<String> changes(Execution x) throws InterruptedException {
    return orchestrator.archive().load(x) instanceof Archive.Loaded.Ready(Content content)
        ? PolicyDiff.between(content.previous().orElse(PolicySet.EMPTY), content.set())
            .differences()
            .stream()
            .map(Difference::text)
            .toList()
        : List.of();
  }

  private Optional<Objection> notAllowed(Waiting waiting, String who, String plan) {
    return gate.refuses(waiting, who, plan).map(Objection::of);
  }

  /** Of a change that waits for its time, or for its end, it takes that away. */
  Ended reject(String id, String who, Leadership leadership) throws InterruptedException {
    var held = held(id);
    if (held.isPresent()) {
      var duty = duty(held.get().execution(), leadership);
      return end(held.get(), new Event.Rejected(who), duty);
    }
    var repair = heldRepairs.find(id);
    if (repair.isPresent()) {
      var story = stories.goOn(id, Operation.REPAIR_DRIFT);
      return heldRepairs.reject(repair.get(), who, leadership, story);
    }
    var cancelled = timetable.cancel(id, who, leadership);
    return cancelled.isPresent() ? cancelled.get() : notHeld(id);
  }

  private Ended end(Stored held, Event event, Duty duty) throws InterruptedException {
    var ending = orchestrator.resume(held, event, duty);
    var story = duty.story();
    writeBacks.after(story, duty.leadership());
    var stillHeld =
        ending.result() == Result.ABORTED && !story.silent()
            ? held(held.execution().id())
            : Optional.<Stored>empty();
    var said = stillHeld.map(s -> Ending.of(s.execution().state())).orElse(ending);
    epilogue.end(story, said, Optional.of(duty.leadership()), List.of());
    return Ended.of(story.execution(), story.whole(ending));
  }

  private Optional<Stored> held(String id) throws InterruptedException {
    return orchestrator.ledger().read(id).filter(s -> s.execution().state() instanceof State.Held);
  }

  /** One that waited for too long was ended a moment ago, before anything else began. */
  private Ended notHeld(String id) throws InterruptedException {
    var state = orchestrator.ledger().read(id).map(s -> s.execution().state());
    if (state.isEmpty()) {
      return Ended.refused(id, "there is no change " + id);
    }
    return state.get() instanceof State.Aborted a && a.cause() == Cause.EXPIRED
        ? Ended.of(id, Ending.of(a))
        : Ended.refused(id, notHeld(id, state.get()));
  }

  /** An approval is used once, and a change that rests isn't moved by a word. */
  private static String notHeld(String id, State state) {
    return "%s isn't held: observed %s, expected held; %s"
        .formatted(
            id,
            state.word(),
            state.over()
                ? "it is over: ask for the change anew"
                : "it was approved already, and is under way: deployclaw log " + id);
  }

  private Duty duty(Execution x, Leadership leadership) throws InterruptedException {
    return new Duty(leadership, stories.goOn(x.log(), Recovery.operation(x)), Risks.NONE);
  }
}
