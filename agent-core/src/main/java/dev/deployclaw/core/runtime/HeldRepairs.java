package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.GatePolicy.Risks;
import dev.deployclaw.core.machine.HeldRepair;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Unreadable;
import dev.deployclaw.core.runtime.Ledger.Permit;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Repairs that wait for an approval. Each lies in the state store, written under the lead together
 * with its record, so any agent can go on with it, once. Used by one thread.
 */
final class HeldRepairs {
  /** How many may wait at once. */
  static final int MOST = 100;

  private static final String ACTION = "Waiting for an approval";

  private final StateStore state;
  private final Ledger ledger;
  private final Epilogue epilogue;
  private final Time time;

  HeldRepairs(Ports ports, Ledger ledger, Epilogue epilogue) {
    this.state = ports.state();
    this.time = ports.time();
    this.ledger = ledger;
    this.epilogue = epilogue;
  }

  /** One, and the entry that it was read from. */
  record Found(HeldRepair repair, Entry entry) {
    /** How its log ends while it waits. */
    Ending ending() {
      return new Ending(Result.HELD, ExitCode.HELD, repair.why());
    }

    boolean expired(Instant now) {
      return repair.untilMillis() < now.toEpochMilli();
    }
  }

  Instant now() {
    return time.instant();
  }

  Optional<Found> find(String id) throws InterruptedException {
    return state.get(Keys.heldRepair(id)).flatMap(HeldRepairs::read);
  }

  List<HeldRepair> all() throws InterruptedException {
    return entries().stream().map(Found::repair).toList();
  }

  private List<Found> entries() throws InterruptedException {
    return state.list(Keys.HELD_REPAIRS).stream()
        .map(HeldRepairs::read)
        .flatMap(Optional::stream)
        .toList();
  }

  /** An entry, if it is what one writes, and of the execution whose key it is. */
  static Optional<Found> read(Entry entry) {
    try {
      return Optional.of(new Found(HeldRepair.read(entry.value()), entry))
          .filter(f -> entry.key().equals(Keys.heldRepair(f.repair().id())));
    } catch (Unreadable e) {
      return Optional.empty();
    }
  }

  /**
   * Keeps one until it is approved, in the transaction that records it.
   *
   * @param rule of the gate that holds it
   */
  Ending keep(HeldRepair repair, String rule, Base base, Duty duty) throws InterruptedException {
    if (state.keys(Keys.HELD_REPAIRS).size() >= MOST) {
      return new Ending(
          Result.REFUSED,
          ExitCode.REFUSED,
          "%d repairs wait for an approval already: approve or reject one (deployclaw status lists them)"
              .formatted(MOST));
    }
    var facts = new TreeMap<String, Object>();
    facts.put("until", Instant.ofEpochMilli(repair.untilMillis()).toString());
    facts.put("base_revision", repair.baseRevision());
    var telling =
        new Telling(
                "%s; plan %s".formatted(repair.why(), repair.planHash().substring(0, 12)),
                Status.WARNING,
                facts)
            .deciding(Decision.by(Name.AWAIT, rule));
    String key = Keys.heldRepair(repair.id());
    var on =
        new Transaction(
            List.of(base.unmoved(), new Condition.Absent(key)),
            List.of(new Write.Put(key, repair.bytes())));
    return switch (record(Phase.GATE, telling, on, duty)) {
      case Permit.Given() -> new Ending(Result.HELD, ExitCode.HELD, repair.why());
      case Permit.Refused() -> refused("something was committed while it was planned", duty);
      case Permit.Unknown(String reason) ->
          Ending.unknown("whether it is held can't be told: " + reason);
    };
  }

  /** Uses the approval up, in the transaction that records it; how it ends, where that fails. */
  Optional<Ending> authorize(Found held, String approver, Duty duty) throws InterruptedException {
    var facts = new TreeMap<String, Object>();
    facts.put("approver", approver);
    facts.put("approved_plan", held.repair().planHash());
    facts.put("approved_revision", held.repair().baseRevision());
    var telling =
        new Telling("approved by " + approver, Status.OK, facts)
            .deciding(Decision.by(Name.AUTHORIZE, "approver"));
    return switch (record(Phase.GATE, telling, taking(held), duty)) {
      case Permit.Given() -> Optional.empty();
      case Permit.Refused() ->
          Optional.of(
              refused("it was approved or rejected meanwhile, or another epoch committed", duty));
      case Permit.Unknown(String reason) -> Optional.of(Ending.unknown(reason));
    };
  }

  /** Another agent that leads has the log by now; else what it was planned on moved. */
  private Ending refused(String moved, Duty duty) throws InterruptedException {
    if (ledger.leads(duty.leadership())) {
      return Ending.aborted(Cause.STALE, moved + ": ask again");
    }
    duty.story().fallSilent();
    return Ending.aborted(Cause.INTERRUPTED, "another agent leads by now");
  }

  /** Ends one that a person rejects. */
  Ended reject(Found held, String who, Leadership leadership, Story story)
      throws InterruptedException {
    String why = "rejected by " + who;
    var telling =
        new Telling(why, Status.WARNING, Map.of("who", who))
            .deciding(Decision.by(Name.REFUSE, "approver"));
    return close(
        held,
        telling,
        Ending.aborted(Cause.REJECTED, why),
        new Duty(leadership, story, Risks.NONE));
  }

  /** Ends one that can't be approved any more. */
  Ended drop(Found held, Ending ending, Leadership leadership, Story story)
      throws InterruptedException {
    var telling = new Telling(ending.reason(), Status.WARNING, Map.of());
    return close(held, telling, ending, new Duty(leadership, story, Risks.NONE));
  }

  /**
   * Takes one off that has nothing to repair any more, or something else; its log ends with that.
   */
  void forget(Found held, Leadership leadership) throws InterruptedException {
    var conditions = new ArrayList<>(leadership.conditions());
    conditions.addAll(unmoved(held));
    var _ =
        state.transact(new Transaction(conditions, List.of(new Write.Delete(held.entry().key()))));
  }

  /** Those whose time is over. */
  List<Found> expired() throws InterruptedException {
    return entries().stream().filter(f -> f.expired(now())).toList();
  }

  static Ending expiry() {
    return Ending.aborted(Cause.EXPIRED, "it was not approved in time");
  }

  private Ended close(Found held, Telling telling, Ending ending, Duty duty)
      throws InterruptedException {
    var on = new Transaction(unmoved(held), List.of(new Write.Delete(held.entry().key())));
    return switch (record(Phase.FINISH, telling, on, duty)) {
      case Permit.Given() ->
          epilogue.end(duty.story(), ending, Optional.of(duty.leadership()), List.of());
      case Permit.Refused(), Permit.Unknown _ -> {
        duty.story().fallSilent();
        yield Ended.of(
            held.repair().id(), Ending.unknown("the held repair could not be ended: ask again"));
      }
    };
  }

  private Transaction taking(Found held) {
    var conditions = new ArrayList<>(unmoved(held));
    conditions.add(new Condition.Unmoved(Keys.ACTIVE, held.repair().baseRevision()));
    return new Transaction(conditions, List.of(new Write.Delete(held.entry().key())));
  }

  private static List<Condition> unmoved(Found held) {
    return List.of(new Condition.Unmoved(held.entry().key(), held.entry().modRevision()));
  }

  private Permit record(Phase phase, Telling telling, Transaction on, Duty duty)
      throws InterruptedException {
    var record = duty.story().record(phase, ACTION, telling);
    return ledger.permit(record, on, duty.leadership(), duty.story());
  }
}
