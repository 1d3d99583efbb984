package dev.deployclaw.core.ledger;

import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.machine.Transition;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writes transitions and their records, each pair in one transaction, and reads where things stand.
 * Every transaction compares the leader, the term and the execution's last revision, so that what
 * is applied late is refused, and repeating one that was read as not applied is safe.
 */
public record ChangeLedger(StateStore state, AgentClock time, AgentSettings.Bounds bounds) {
  /** The store may have carried out what it was sent first, and refused what it was sent again. */
  private static final String UNREAD = "it was refused, and the present state can't be read";

  /** How an attempt to record a transition ended. */
  public sealed interface Advance {
    record Applied(StoredExecution stored) implements Advance {}

    /** Not applied: the base moved, or the kill switch is on. */
    record Blocked(AbortCause cause, String reason) implements Advance {}

    /** Not applied: the lead, or the change itself, is somebody else's by now. */
    record Lost(String reason) implements Advance {}

    /** The answer was lost, and a read says that it isn't there. */
    record Unproven(String reason) implements Advance {}

    /** The answer was lost, and nothing can be read: the outcome isn't known. */
    record Undecided(String reason) implements Advance {}
  }

  public Optional<StoredExecution> read(String id) throws InterruptedException {
    return state.get(StoreKeys.change(id)).map(StoredExecution::read);
  }

  public List<ChangeExecution> changes() throws InterruptedException {
    return state.list(StoreKeys.CHANGES).stream()
        .map(e -> ChangeExecution.read(e.value()))
        .toList();
  }

  public Optional<String> open() throws InterruptedException {
    return state.get(StoreKeys.OPEN).map(ChangeLedger::text);
  }

  public BaseEpoch base() throws InterruptedException {
    return state
        .get(StoreKeys.ACTIVE)
        .map(e -> BaseEpoch.of(CommittedEpoch.read(e.value()), e.modRevision()))
        .orElse(BaseEpoch.NOTHING);
  }

  /** The kill switch, where it is on. */
  public Optional<FreezeRecord> freeze() throws InterruptedException {
    return state.get(StoreKeys.FREEZE).map(e -> FreezeRecord.read(e.value()));
  }

  public Optional<CommittedEpoch> active() throws InterruptedException {
    return state.get(StoreKeys.ACTIVE).map(e -> CommittedEpoch.read(e.value()));
  }

  /** The last epoch that was given out, and the revision of the key that says so. */
  public EpochMark epochMark() throws InterruptedException {
    return state
        .get(StoreKeys.EPOCH)
        .map(e -> new EpochMark(Long.parseLong(text(e)), e.modRevision()))
        .orElse(new EpochMark(0, 0));
  }

  /**
   * @param revision 0 where there is no such key
   */
  public record EpochMark(long last, long revision) {}

  /** Whether this agent leads, by a linearizable read; not, where that can't be known. */
  public boolean leads(Leadership leadership) throws InterruptedException {
    if (!leadership.holds()) {
      return false;
    }
    try {
      var nothing = new Transaction(leadership.conditions(), List.of());
      return state.transact(nothing) instanceof StateStore.Result.Applied;
    } catch (Unreachable e) {
      return false;
    }
  }

  /** State and record, in one transaction; then the record goes to the journal. */
  public Advance write(Transition transition, Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    var thought = recorder.record(transition);
    var sealed = recorder.seal(thought);
    var transaction = transaction(transition, leadership, recorder, sealed);
    var advance = settle(transition, transaction);
    switch (advance) {
      case Advance.Applied _ -> recorder.keep(sealed, thought);
      case Advance.Unproven _, Advance.Undecided _ when !commits(transition) ->
          recorder.doubt(sealed, thought);
      case Advance.Unproven _, Advance.Undecided _ -> {}
      case Advance.Blocked _, Advance.Lost _ -> {}
    }
    return advance;
  }

  /** Whether an act that isn't a change may be done now. */
  public sealed interface Permit {
    /** Recorded, and allowed: this agent leads, and what it stands on holds. */
    record Given() implements Permit {}

    record Refused() implements Permit {}

    /** It isn't known whether it was recorded; nothing may be done. */
    record Unknown(String reason) implements Permit {}
  }

  /**
   * Records what is about to be done, in one transaction with the conditions on which it may be
   * done, and what is written then. An answer that was lost is resolved by reading; where that
   * doesn't tell, the recorder falls silent.
   */
  public Permit permit(
      LogEntry thought, Transaction on, Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    var sealed = recorder.seal(thought);
    List<Condition> all = new ArrayList<>(leadership.conditions());
    all.addAll(on.conditions());
    List<Write> writes = new ArrayList<>(on.writes());
    audit(recorder, sealed, writes);
    var result = transactPatiently(new Transaction(all, writes));
    Optional<Boolean> there =
        result instanceof StateStore.Result.Applied
            ? Optional.of(true)
            : patiently(() -> recorded(recorder.execution(), sealed));
    if (there.orElse(false)) {
      recorder.keep(sealed, thought);
      return new Permit.Given();
    }
    if (there.isPresent() && result instanceof StateStore.Result.Refused) {
      return new Permit.Refused();
    }
    recorder.fallSilent();
    return new Permit.Unknown(
        result instanceof StateStore.Result.Unknown(String reason) ? reason : UNREAD);
  }

  private boolean recorded(String execution, SealedRecord sealed) throws InterruptedException {
    return state
        .get(StoreKeys.audit(execution, sealed.head().seq()))
        .filter(e -> Arrays.equals(e.value(), sealed.bytes()))
        .isPresent();
  }

  private Transaction transaction(
      Transition transition,
      Leadership leadership,
      ExecutionRecorder recorder,
      SealedRecord sealed) {
    List<Condition> conditions = new ArrayList<>(leadership.conditions());
    conditions.addAll(transition.conditions());
    List<Write> writes = new ArrayList<>(transition.writes());
    audit(recorder, sealed, writes);
    return new Transaction(conditions, writes);
  }

  /** Also what no file keeps: state and record can't part, and what is finer goes with them. */
  public static void audit(ExecutionRecorder recorder, SealedRecord sealed, List<Write> writes) {
    for (var finer : recorder.waiting()) {
      writes.add(
          new Write.Put(StoreKeys.audit(recorder.execution(), finer.head().seq()), finer.bytes()));
    }
    audit(recorder.execution(), sealed, writes);
  }

  public static void audit(String execution, SealedRecord sealed, List<Write> writes) {
    LogHead head = sealed.head();
    writes.add(new Write.Put(StoreKeys.audit(execution, head.seq()), sealed.bytes()));
    writes.add(
        new Write.Put(
            StoreKeys.auditHead(execution),
            CanonicalJson.bytes(Map.of("seq", head.seq(), "hash", head.hash()))));
  }

  /** Bounded; a commit whose answer was lost is read once and never tried again. */
  private Advance settle(Transition transition, Transaction transaction)
      throws InterruptedException {
    int attempts = commits(transition) ? 1 : bounds.attempts();
    var last = attempt(transition, transaction);
    for (int tries = 1; tries < attempts && last instanceof Advance.Unproven unproven; tries++) {
      time.pause(bounds.poll());
      last = again(transition, transaction, unproven);
    }
    return last;
  }

  private static boolean commits(Transition transition) {
    var state = transition.next().state();
    return state instanceof ChangeState.Committed || state instanceof ChangeState.Widened;
  }

  /** The earlier try may still be applied, so that "unreachable" doesn't mean "not applied" now. */
  private Advance again(Transition transition, Transaction transaction, Advance.Unproven earlier)
      throws InterruptedException {
    try {
      return attempt(transition, transaction);
    } catch (Unreachable e) {
      return new Advance.Undecided(earlier.reason());
    }
  }

  private Advance attempt(Transition transition, Transaction transaction)
      throws InterruptedException {
    return switch (transactPatiently(transaction)) {
      case StateStore.Result.Applied(long revision) ->
          new Advance.Applied(new StoredExecution(transition.next(), revision));
      case StateStore.Result.Refused() -> refused(transition, transaction);
      case StateStore.Result.Unknown(String reason) ->
          patiently(() -> there(transition))
              .map(there -> there.orElse(new Advance.Unproven(reason)))
              .orElse(new Advance.Undecided(reason));
    };
  }

  /** What is sent twice is refused the second time, so that only a read tells. */
  private Advance refused(Transition transition, Transaction transaction)
      throws InterruptedException {
    var there = patiently(() -> there(transition));
    if (there.isEmpty()) {
      return new Advance.Undecided(UNREAD);
    }
    return there.get().isPresent() ? there.get().get() : why(transition, transaction);
  }

  /** Empty where nothing can be read within the bounds. */
  private <T> Optional<T> patiently(InterruptibleSupplier<T> read) throws InterruptedException {
    for (int attempt = 1; attempt <= bounds.attempts(); attempt++) {
      try {
        return Optional.of(read.get());
      } catch (Unreachable e) {
        time.pause(pauseAfter(attempt));
      }
    }
    return Optional.empty();
  }

  /** "Unreachable" means that nothing was applied, so that it can be tried again. */
  private StateStore.Result transactPatiently(Transaction transaction) throws InterruptedException {
    for (int attempt = 1; attempt < bounds.attempts(); attempt++) {
      try {
        return state.transact(transaction);
      } catch (Unreachable e) {
        time.pause(pauseAfter(attempt));
      }
    }
    return state.transact(transaction);
  }

  private Duration pauseAfter(int attempt) {
    return bounds.poll().multipliedBy(1L << attempt);
  }

  /** Whether the change is stored exactly as this transition leaves it. */
  private Optional<Advance> there(Transition transition) throws InterruptedException {
    return state
        .get(StoreKeys.change(transition.next().id()))
        .filter(e -> Arrays.equals(e.value(), transition.next().bytes()))
        .map(e -> new Advance.Applied(new StoredExecution(transition.next(), e.modRevision())));
  }

  /** Which guard did not hold; where all hold by now, somebody was there in between. */
  private Advance why(Transition transition, Transaction refused) throws InterruptedException {
    var broken = new TreeMap<String, FailedConditions.Broken>();
    new FailedConditions(state)
        .broken(refused.conditions())
        .forEach(b -> broken.putIfAbsent(b.key(), b));
    var freeze = Optional.ofNullable(broken.get(StoreKeys.FREEZE));
    if (freeze.isPresent()) {
      String told = freeze().map(FreezeRecord::refusal).orElse("the kill switch was on: ask again");
      return new Advance.Blocked(AbortCause.FROZEN, told);
    }
    var active = Optional.ofNullable(broken.get(StoreKeys.ACTIVE));
    boolean starts =
        transition.next().state() instanceof ChangeState.Opened
            || transition.next().state() instanceof ChangeState.Resumed
            || commits(transition);
    if (active.isPresent() && starts && !ownMove(transition.next())) {
      var base = base();
      return new Advance.Blocked(
          AbortCause.STALE,
          "epoch %d was committed meanwhile by %s (%s): ask again, to plan it on that epoch"
                  .formatted(base.epoch(), base.change(), active.get().text())
              + " now");
    }
    return new Advance.Lost(lost(transition, broken));
  }

  private String lost(Transition transition, SortedMap<String, FailedConditions.Broken> broken)
      throws InterruptedException {
    var open = Optional.ofNullable(broken.get(StoreKeys.OPEN));
    var other = open().filter(id -> !id.equals(transition.next().id()));
    if (open.isPresent() && other.isPresent()) {
      return "another change is open: %s (%s); wait until that one has ended: deployclaw status"
          .formatted(other.get(), open.get().text());
    }
    var guards = broken.values().stream().map(FailedConditions.Broken::text).toList();
    return "another agent leads, or moved the change"
        + (guards.isEmpty() ? "" : " (" + String.join("; ", guards) + ")");
  }

  /** Whether it moved {@code active} itself before. */
  private static boolean ownMove(ChangeExecution x) {
    return switch (x.state()) {
      case ChangeState.Widened w -> w.stage() > 0;
      case ChangeState.Committed _ -> x.rollout().canary();
      case ChangeState.BeforeCommit _, ChangeState.OnTrial _, ChangeState.AfterCommit _ -> false;
      case ChangeState.Aborting _, ChangeState.Aborted _ -> false;
    };
  }

  private static String text(Entry entry) {
    return new String(entry.value(), StandardCharsets.UTF_8);
  }
}
