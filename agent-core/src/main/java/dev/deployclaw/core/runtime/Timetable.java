package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Decision.Policies;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Scheduled;
import dev.deployclaw.core.machine.Unreadable;
import dev.deployclaw.core.runtime.Ledger.Permit;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.task.Operation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes that begin at a time. They stand in the state store until it has come, written under the
 * lead, so any agent that serves then begins them, once. Used by one thread.
 */
final class Timetable {
  /** A change that could not begin for so long after its time isn't begun any more. */
  static final Duration MOST_LATE = Duration.ofHours(1);

  /** How many changes may wait for their time at once. */
  static final int MOST = 1_000;

  private static final String ACTION = "Keeping to the schedule";

  private final Architect architect;
  private final StateStore state;
  private final Ledger ledger;
  private final Time time;

  Timetable(Architect architect, Ports ports) {
    this.architect = architect;
    this.state = ports.state();
    this.ledger = architect.orchestrator().ledger();
    this.time = ports.time();
  }

  /** All of it. */
  ScheduleAnswer all() throws InterruptedException {
    List<Scheduled> entries = new ArrayList<>();
    List<String> unread = new ArrayList<>();
    for (var entry : state.list(Keys.SCHEDULED)) {
      var read = read(entry);
      read.ifPresent(entries::add);
      if (read.isEmpty()) {
        unread.add(id(entry) + ": its entry in the schedule can't be read");
      }
    }
    entries.sort(Comparator.comparingLong(Scheduled::atMillis));
    return new ScheduleAnswer(entries, unread);
  }

  /** An entry, if it is what one writes, and of the execution whose key it is. */
  static Optional<Scheduled> read(Entry entry) {
    try {
      return Optional.of(Scheduled.read(entry.value())).filter(s -> s.id().equals(id(entry)));
    } catch (Unreadable e) {
      return Optional.empty();
    }
  }

  private static String id(Entry entry) {
    return entry.key().substring(Keys.SCHEDULED.length());
  }

  boolean holds(String id) throws InterruptedException {
    return state.get(Keys.scheduled(id)).isPresent();
  }

  /** What is to begin now; nothing while a change is under way. Needs no leadership. */
  List<String> due() throws InterruptedException {
    long now = time.instant().toEpochMilli();
    var due = all().entries().stream().filter(s -> s.atMillis() <= now).map(Scheduled::id).toList();
    return due.isEmpty() || ledger.open().isPresent() ? List.of() : due;
  }

  /** A change that opens waits no more. */
  static Write opened(String id) {
    return new Write.Delete(Keys.scheduled(id));
  }

  /** Keeps a planned change until its time. */
  Ending keep(Scheduled entry, Story story, Leadership leadership) throws InterruptedException {
    String at = Instant.ofEpochMilli(entry.atMillis()).toString();
    String detail = waiting(entry).reason();
    var telling =
        new Telling(
            detail,
            Status.OK,
            Map.of(
                "start_at",
                at,
                "base_revision",
                entry.baseRevision(),
                "target_digest",
                entry.target()));
    var base = ledger.base();
    var on =
        new Transaction(
            List.of(base.unmoved(), new Condition.Absent(Keys.scheduled(entry.id()))),
            List.of(new Write.Put(Keys.scheduled(entry.id()), entry.bytes())));
    if (state.keys(Keys.SCHEDULED).size() >= MOST) {
      return full(entry);
    }
    boolean moved = base.revision() != entry.baseRevision();
    if (moved) {
      return stale(entry, base.revision());
    }
    var decision =
        Decision.by(Name.SCHEDULE, "start-at").leading(new Policies(base.digest(), entry.target()));
    var record = story.record(Phase.PLAN, ACTION, telling.deciding(decision));
    return switch (ledger.permit(record, on, leadership, story)) {
      case Permit.Given() -> waiting(entry);
      case Permit.Refused() ->
          Ending.aborted(Cause.STALE, "something was committed while it was planned: ask again");
      case Permit.Unknown(String reason) ->
          Ending.unknown("whether it is scheduled can't be told: " + reason);
    };
  }

  private static Ending full(Scheduled entry) {
    return new Ending(
        Result.REFUSED,
        ExitCode.REFUSED,
        "%d changes wait for their time already, so %s isn't scheduled: wait, or cancel one (deployclaw status lists them)"
            .formatted(MOST, entry.id()));
  }

  /** How a change stands that waits for its time. */
  static Ending waiting(Scheduled entry) {
    return new Ending(
        Result.HELD,
        ExitCode.HELD,
        "scheduled for %s: an agent that serves then begins it (deployclaw serve), if nothing was committed meanwhile%s; cancel it with: deployclaw reject %s"
            .formatted(
                Instant.ofEpochMilli(entry.atMillis()),
                entry.waits() ? ", and holds it for an approval, since " + entry.why() : "",
                entry.id()));
  }

  /** Begins a change if it is due; another agent may have been the first, or a person. */
  Ended begin(String id, Leadership leadership) throws InterruptedException {
    var entry = state.get(Keys.scheduled(id));
    var scheduled =
        entry.flatMap(Timetable::read).filter(s -> s.atMillis() <= time.instant().toEpochMilli());
    return scheduled.isPresent()
        ? begin(scheduled.get(), entry.get(), leadership)
        : Ended.of("", new Ending(Result.NO_CHANGE, ExitCode.OK, id + " is not due any more"));
  }

  /** Ends a schedule by a person's word; empty where there is none. */
  Optional<Ended> cancel(String id, String who, Leadership leadership) throws InterruptedException {
    var entry = state.get(Keys.scheduled(id));
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    String what = "cancelled by " + who;
    var ending = Ending.aborted(Cause.REJECTED, what);
    return Optional.of(close(entry.get(), what, ending, leadership));
  }

  private Ended begin(Scheduled scheduled, Entry entry, Leadership leadership)
      throws InterruptedException {
    var late = Duration.ofMillis(time.instant().toEpochMilli() - scheduled.atMillis());
    if (late.compareTo(MOST_LATE) > 0) {
      String why =
          "could not begin within an hour of its time, %s: was deployclaw serve running, and nothing else under way? ask again"
              .formatted(Instant.ofEpochMilli(scheduled.atMillis()));
      return close(entry, why, Ending.aborted(Cause.EXPIRED, why), leadership);
    }
    long revision = ledger.base().revision();
    if (revision != scheduled.baseRevision()) {
      var stale = stale(scheduled, revision);
      return close(entry, stale.reason(), stale, leadership);
    }
    return new Running(architect, leadership).begin(scheduled);
  }

  private static Ending stale(Scheduled scheduled, long revision) {
    return Ending.aborted(
        Cause.STALE,
        "guard active: observed revision %d, expected revision %d: something was committed since it was planned; ask again"
            .formatted(revision, scheduled.baseRevision()));
  }

  /** Takes a change that can't begin off. */
  void drop(String id, Leadership leadership) throws InterruptedException {
    var entry = state.get(Keys.scheduled(id));
    if (entry.isPresent()) {
      write(entry.get(), new Write.Delete(entry.get().key()), leadership);
    }
  }

  private void write(Entry entry, Write write, Leadership leadership) throws InterruptedException {
    List<Condition> conditions = new ArrayList<>(leadership.conditions());
    conditions.add(new Condition.Unmoved(entry.key(), entry.modRevision()));
    var _ = state.transact(new Transaction(conditions, List.of(write)));
  }

  /** Takes it off, in the transaction that records why. */
  private Ended close(Entry entry, String why, Ending ending, Leadership leadership)
      throws InterruptedException {
    var story = architect.stories().goOn(id(entry), Operation.APPLY_POLICIES);
    var telling =
        new Telling(why, Status.WARNING, Map.of())
            .deciding(Decision.by(Name.UNSCHEDULE, "taken-off"));
    var record = story.record(Phase.FINISH, ACTION, telling);
    var on =
        new Transaction(
            List.of(new Condition.Unmoved(entry.key(), entry.modRevision())),
            List.of(new Write.Delete(entry.key())));
    return switch (ledger.permit(record, on, leadership, story)) {
      case Permit.Given() ->
          architect.epilogue().end(story, ending, Optional.of(leadership), List.of());
      case Permit.Refused(), Permit.Unknown _ -> {
        story.fallSilent();
        yield Ended.of(id(entry), Ending.unknown("the schedule could not be changed: ask again"));
      }
    };
  }
}
