package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Reach;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.plan.Discrepancy;
import dev.deployclaw.core.plan.KernelOrder;
import dev.deployclaw.core.plan.Playbook.Activated;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.plan.SkillRefusal;
import dev.deployclaw.core.runtime.Archive.Loaded;
import dev.deployclaw.core.runtime.Convergence.EarlyEnd;
import dev.deployclaw.core.runtime.Ledger.Permit;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.NamedMembers;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.Operation;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Puts back what is committed where something else is enforced: the same epoch and digest again,
 * never a new one. It is no change, so nothing is opened and nothing is decided; but it writes, so
 * it is done under leadership, and only while nothing is open, no freeze stands and the committed
 * epoch is the one that was compared. What was there before is kept first. Each of its acts can be
 * repeated, so an agent that dies in it leaves nothing that another repair would not finish.
 */
final class Repair {
  private final Orchestrator orchestrator;
  private final Ledger ledger;
  private final Epilogue epilogue;
  private final Ports ports;
  private final Settings settings;
  private final Crew crew;
  private final HeldRepairs heldRepairs;

  Repair(Orchestrator orchestrator, Epilogue epilogue, Ports ports, Settings settings) {
    this.orchestrator = orchestrator;
    this.ledger = orchestrator.ledger();
    this.epilogue = epilogue;
    this.ports = ports;
    this.settings = settings;
    this.crew = new Crew(ports.executors(), settings);
    this.heldRepairs = new HeldRepairs(ports, ledger, epilogue);
  }

  /** Repairs, or holds it until it is approved. */
  Ended run(RequestOrigin by, Leadership leadership, Story story) throws InterruptedException {
    var duty = new Duty(leadership, story, Risks.NONE);
    var permission = new RepairPermission(heldRepairs, settings.gate(), by);
    return epilogue.end(story, ending(permission, duty), Optional.of(leadership), List.of());
  }

  /** Carries out what somebody approves. */
  Ended approved(HeldRepairs.Found held, String approver, Leadership leadership, Story story)
      throws InterruptedException {
    var duty = new Duty(leadership, story, Risks.NONE);
    var permission = new RepairPermission(heldRepairs, settings.gate(), held, approver);
    var ending = ending(permission, duty);
    boolean pointless =
        ending.result() == Result.NO_CHANGE || ending.cause().equals(Optional.of(Cause.STALE));
    if (pointless) {
      heldRepairs.forget(held, leadership);
    }
    return epilogue.end(story, ending, Optional.of(leadership), List.of());
  }

  /** Why the gate would hold it as things stand; empty where it would not. */
  List<String> held(RequestOrigin by) throws InterruptedException {
    var reach =
        orchestrator
            .archive()
            .committed(ledger.base())
            .map(RepairPermission::reach)
            .orElseGet(() -> Reach.unknown(Operation.REPAIR_DRIFT.word()));
    return settings.gate().reasons(by.requester(), Risks.of(by.demands(), reach));
  }

  /** The state store is only read before anything is written. */
  private Ending ending(RepairPermission permission, Duty duty) throws InterruptedException {
    try {
      return repair(permission, duty);
    } catch (Unreachable e) {
      return Ending.unreachable("the state store can't be reached: " + e.getMessage());
    }
  }

  private Ending repair(RepairPermission permission, Duty duty) throws InterruptedException {
    var base = ledger.base();
    if (base.epoch() == 0) {
      return noChange("nothing was committed yet: nothing to repair");
    }
    return switch (new SkillCheck(ports.playbook())
        .activate(Operation.REPAIR_DRIFT, duty.story())) {
      case Activated.Refused(SkillRefusal refusal) -> SkillCheck.ending(refusal);
      case Activated.Ready(Procedure procedure) -> repair(base, procedure, permission, duty);
    };
  }

  private Ending repair(Base base, Procedure procedure, RepairPermission permission, Duty duty)
      throws InterruptedException {
    var fault = KernelOrder.repairFault(procedure);
    if (fault.isPresent()) {
      return new Ending(Result.REFUSED, ExitCode.REFUSED, fault.get());
    }
    var frozen = frozen();
    if (frozen.isPresent()) {
      return frozen.get();
    }
    var x = ledger.read(base.change()).map(Stored::execution);
    if (x.isEmpty()) {
      return Ending.unreachable("nothing is stored of " + base.change() + ", which is committed");
    }
    return switch (orchestrator.archive().load(x.get())) {
      case Loaded.Missing(String reason) -> Ending.unreachable(reason);
      case Loaded.Ready(Content content) ->
          repair(new Ground(base, x.get(), content, procedure), permission, duty);
    };
  }

  /** What is put back. */
  private record Ground(Base base, Execution change, Content content, Procedure procedure) {
    Activation activation() {
      return content.activation(change).at(base.step(), Optional.empty());
    }
  }

  private Ending repair(Ground ground, RepairPermission permission, Duty duty)
      throws InterruptedException {
    var story = duty.story();
    var procedure = ground.procedure();
    story.follow(procedure);
    story.about(ground.base().epoch());
    var survey = new Survey(ports, settings);
    var readings =
        new Standings.Readings(
            crew, survey, new UnrestoredMembers(ledger, orchestrator.archive(), crew));
    var standing = new Standings(readings, ground.base(), ground.content().set());
    var before = standing.look(procedure, ground.activation(), duty);
    if (before.well()) {
      return noChange(well(ground.base()) + ": nothing to repair");
    }
    if (!before.ahead().isEmpty()) {
      return regressed(before);
    }
    var waits = permission.ask(ground.base(), ground.content().set(), before, duty);
    if (waits.isPresent()) {
      return waits.get();
    }
    var kept = keep(ground, before, duty);
    if (kept.isPresent()) {
      return kept.get();
    }
    var refused = permit(ground, before, duty);
    return refused.isPresent() ? refused.get() : reassert(ground, standing, before, duty);
  }

  private static Ending regressed(Standing found) {
    return Ending.aborted(
        Cause.REGRESSED,
        "REGRESSED: "
            + String.join("; ", found.ahead())
            + "; the state store is older than what is enforced, as after a restored backup, so"
            + " nothing is written until a person decides");
  }

  private Ending reassert(Ground ground, Standings standing, Standing before, Duty duty)
      throws InterruptedException {
    var story = duty.story();
    var activation = ground.activation();
    // where nothing is managed, who is beside a member that is behind may have edited what is
    // theirs
    var again = activation.restoringOnly(before.amiss().keySet());
    long from = ports.time().micros();
    var tally = crew.again(before.participants(), again, duty.mandate());
    story.tellTimed(
        Phase.PUBLISH,
        "Publishing epoch " + activation.epoch() + " again",
        Telling.of(tally),
        from);
    story.summarise(
        tally.counts() + " published again", tally.allYes() ? Status.OK : Status.WARNING);
    story.took(Phase.PUBLISH, from);
    enter("repair.confirm", ground, story);
    from = ports.time().micros();
    var convergence = new Convergence(crew, ledger, settings.bounds(), ports.time());
    // a refusal is definite: only the others are waited for
    var end = new EarlyEnd(true, Set.copyOf(tally.members(Answer.NO)));
    convergence.await(before.participants(), again, duty, end);
    var after = standing.again(activation, duty).refusing(tally);
    story.took(Phase.CONVERGE, from);
    return told(before, after, duty);
  }

  /** By name: who is repaired, and who isn't and why. */
  private static Ending told(Standing before, Standing after, Duty duty) {
    var repaired = before.amiss().keySet().stream().filter(m -> !after.amiss().containsKey(m));
    var names = repaired.toList();
    var facts = new TreeMap<String, Object>();
    facts.put("repaired", names.stream().limit(Standing.MOST_LISTED).toList());
    facts.put("left", after.listed());
    String done =
        names.isEmpty() ? "nothing is repaired" : "repaired: " + NamedMembers.names(names);
    String left = after.well() ? "" : "not repaired: " + after.sentence();
    var status = after.well() ? Status.OK : after.refused() ? Status.ERROR : Status.UNKNOWN;
    String detail = left.isEmpty() ? done : left + "; " + done;
    duty.story().tell(Phase.CONVERGE, "Comparing once more", new Telling(detail, status, facts));
    duty.story().summarise(detail, status);
    if (after.well()) {
      return new Ending(Result.COMPLETED, ExitCode.OK, done);
    }
    return after.refused()
        ? new Ending(Result.FAILED, ExitCode.FAILED, detail)
        : Ending.unknown(detail);
  }

  /**
   * What was there goes to the object store under its hash, as a checkpoint does, before anything
   * is written over it.
   */
  private Optional<Ending> keep(Ground ground, Standing before, Duty duty)
      throws InterruptedException {
    enter("repair.keep", ground, duty.story());
    long from = ports.time().micros();
    var observed = crew.observe(duty.mandate());
    byte[] bytes =
        CheckpointFile.of(ground.change(), observed, Optional.of(ground.content().set())).bytes();
    var found = KeptObject.keep(ports.objects(), bytes).without(unkept(observed, before));
    var facts = new TreeMap<String, Object>(found.facts());
    facts.put("found", before.listed());
    var telling = new Telling(found.sentence(), found.status(), facts);
    duty.story().tellTimed(Phase.CHECKPOINT, "Keeping what is there", telling, from);
    duty.story().summarise(found.sentence(), found.status());
    duty.story().took(Phase.CHECKPOINT, from);
    return found.kept()
        ? Optional.empty()
        : Optional.of(Ending.unreachable("nothing was repaired, since " + found.sentence()));
  }

  /** Who may be written over, and said nothing of what they hold. */
  private static List<String> unkept(Tally observed, Standing before) {
    return before.participants().stream()
        .flatMap(name -> observed.reports().getOrDefault(name, List.of()).stream())
        .filter(Report::unseen)
        .map(Report::member)
        .sorted()
        .toList();
  }

  /** The record of what is about to be done, in the transaction that allows it. */
  private Optional<Ending> permit(Ground ground, Standing before, Duty duty)
      throws InterruptedException {
    enter("repair.assert", ground, duty.story());
    var facts =
        Map.<String, Object>of(
            "participants", before.participants(),
            "digest", ground.base().digest(),
            "term", duty.leadership().term());
    String detail = "at " + String.join(", ", before.participants());
    String action = "Putting epoch " + ground.base().epoch() + " back";
    var telling =
        new Telling(detail, Status.OK, facts).deciding(Decision.by(Name.REPAIR, "committed-again"));
    var record = duty.story().record(Phase.PUBLISH, action, telling);
    List<Condition> conditions =
        List.of(
            new Condition.Unmoved(Keys.ACTIVE, ground.base().revision()),
            new Condition.Absent(Keys.OPEN),
            new Condition.Absent(Keys.FREEZE));
    var on = new Transaction(conditions, List.of());
    return switch (ledger.permit(record, on, duty.leadership(), duty.story())) {
      case Permit.Given() -> Optional.empty();
      case Permit.Refused() -> Optional.of(why(ground, duty));
      case Permit.Unknown(String reason) ->
          Optional.of(Ending.unreachable("nothing was repaired: " + reason));
    };
  }

  private Ending why(Ground ground, Duty duty) throws InterruptedException {
    var frozen = frozen();
    if (frozen.isPresent()) {
      return frozen.get();
    }
    if (ledger.base().revision() != ground.base().revision()) {
      return Ending.aborted(Cause.STALE, "another epoch was committed meanwhile");
    }
    duty.story().fallSilent();
    return Ending.aborted(Cause.INTERRUPTED, "another agent leads by now");
  }

  private static String well(Base base) {
    return Content.wayBackTo(base) == 0
        ? "what was found before the first change is back, and unmanaged"
        : Discrepancy.sentence(List.of());
  }

  /** A kill switch stops this, too: what was changed by hand meanwhile may be meant. */
  private Optional<Ending> frozen() throws InterruptedException {
    return ledger.freeze().map(f -> Ending.aborted(Cause.FROZEN, f.refusal()));
  }

  private static void enter(String operation, Ground ground, Story story) {
    var steps = ground.procedure().steps();
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get(i).operations().contains(operation)) {
        story.enter(i + 1);
      }
    }
  }

  private static Ending noChange(String reason) {
    return new Ending(Result.NO_CHANGE, ExitCode.OK, reason);
  }
}
