package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Scheduled;
import dev.deployclaw.core.machine.State;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.runtime.Ledger.Permit;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Changes that begin at a time, and those that are taken back after one. They stand in the state
 * store until it has come, written under the lead, so any agent that serves then does it, once.
 * Used by one thread.
 */
final class Timetable {
  /** A change that could not begin for so long after its time isn't begun any more. */
  static final Duration MOST_LATE = Duration.ofHours(1);

  /** What could not be reached is tried again after so long. */
  private static final Duration AGAIN = Duration.ofMinutes(1);

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

  /** All of it, the next first. */
  List<Scheduled> all() throws InterruptedException {
    return state.list(Keys.SCHEDULED).stream()
        .map(e -> Scheduled.read(e.value()))
        .sorted(Comparator.comparingLong(Scheduled::atMillis))
        .toList();
  }

  boolean holds(String id) throws InterruptedException {
    return state.get(Keys.scheduled(id)).isPresent();
  }

  /** Whether something is to be done now, or armed. Needs no leadership. */
  boolean calls() throws InterruptedException {
    for (var scheduled : all()) {
      if (calls(scheduled)) {
        return ledger.open().isEmpty();
      }
    }
    return false;
  }

  private boolean calls(Scheduled scheduled) throws InterruptedException {
    return scheduled.armed()
        ? scheduled.atMillis() <= time.instant().toEpochMilli()
        : ledger.read(scheduled.id()).filter(s -> s.execution().state().over()).isPresent();
  }

  /** What a change that is taken back after a while writes as it opens; else it clears its entry. */
  static Write beside(String id, TaskRequest request, long revertAfterSeconds) {
    if (revertAfterSeconds == 0) {
      return new Write.Delete(Keys.scheduled(id));
    }
    var entry =
        new Scheduled(
            id,
            0,
            request.text(),
            request.requester(),
            request.received().toEpochMilli(),
            request.manual(),
            0,
            "",
            revertAfterSeconds);
    return new Write.Put(Keys.scheduled(id), entry.bytes());
  }

  /** Keeps a planned change until its time. */
  Ending keep(Scheduled entry, Story story, Leadership leadership) throws InterruptedException {
    String at = Instant.ofEpochMilli(entry.atMillis()).toString();
    String detail = waiting(entry).reason();
    var telling =
        new Telling(
            detail,
            Status.OK,
            Map.of("start_at", at, "base_revision", entry.baseRevision(), "target_digest", entry.target()));
    var base = ledger.base();
    var on =
        new Transaction(
            List.of(base.unmoved(), new Condition.Absent(Keys.scheduled(entry.id()))),
            List.of(new Write.Put(Keys.scheduled(entry.id()), entry.bytes())));
    boolean moved = base.revision() != entry.baseRevision();
    if (moved) {
      return stale(entry, base.revision());
    }
    var record = story.record(Phase.PLAN, ACTION, telling);
    return switch (ledger.permit(record, on, leadership, story)) {
      case Permit.Given() -> waiting(entry);
      case Permit.Refused() ->
          Ending.aborted(Cause.STALE, "something was committed while it was planned: ask again");
      case Permit.Unknown(String reason) -> {
        story.fallSilent();
        yield Ending.unknown("whether it is scheduled can't be told: " + reason);
      }
    };
  }

  /** How a change stands that waits for its time. */
  static Ending waiting(Scheduled entry) {
    return new Ending(
        Result.HELD,
        ExitCode.HELD,
        "scheduled for %s: an agent that serves then begins it (deployclaw serve), if nothing was committed meanwhile; cancel it with: deployclaw reject %s"
            .formatted(Instant.ofEpochMilli(entry.atMillis()), entry.id()));
  }

  /** Does what is due, one after the other. */
  List<Ended> due(Leadership leadership) throws InterruptedException {
    List<Ended> done = new ArrayList<>();
    for (var entry : state.list(Keys.SCHEDULED)) {
      var scheduled = Scheduled.read(entry.value());
      if (ledger.open().isPresent() || !leadership.holds()) {
        break;
      }
      if (scheduled.reverts()) {
        revert(scheduled, entry, leadership).ifPresent(done::add);
      } else if (scheduled.atMillis() <= time.instant().toEpochMilli()) {
        begin(scheduled, entry, leadership).ifPresent(done::add);
      }
    }
    return done;
  }

  /** Ends a schedule by a person's word; empty where there is none. */
  Optional<Ended> cancel(String id, String who, Leadership leadership) throws InterruptedException {
    var entry = state.get(Keys.scheduled(id));
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    var x = ledger.read(id).map(Stored::execution);
    String what = "cancelled by " + who;
    var ending = x.map(c -> Ending.of(c.state())).orElse(Ending.aborted(Cause.REJECTED, what));
    return Optional.of(close(entry.get(), what, ending, leadership));
  }

  private Optional<Ended> begin(Scheduled scheduled, Entry entry, Leadership leadership)
      throws InterruptedException {
    var late = Duration.ofMillis(time.instant().toEpochMilli() - scheduled.atMillis());
    if (late.compareTo(MOST_LATE) > 0) {
      String why =
          "nobody served at its time, %s, and it is too late now: ask again, and keep deployclaw serve running"
              .formatted(Instant.ofEpochMilli(scheduled.atMillis()));
      return Optional.of(
          close(entry, why, Ending.aborted(Cause.EXPIRED, why), leadership));
    }
    long revision = ledger.base().revision();
    if (revision != scheduled.baseRevision()) {
      var stale = stale(scheduled, revision);
      return Optional.of(close(entry, stale.reason(), stale, leadership));
    }
    return Optional.of(new Running(architect, leadership).begin(scheduled));
  }

  private static Ending stale(Scheduled scheduled, long revision) {
    return Ending.aborted(
        Cause.STALE,
        "guard active: observed revision %d, expected revision %d: something was committed since it was planned; ask again"
            .formatted(revision, scheduled.baseRevision()));
  }

  private Optional<Ended> revert(Scheduled scheduled, Entry entry, Leadership leadership)
      throws InterruptedException {
    var x = ledger.read(scheduled.id()).map(Stored::execution);
    var state = x.map(Execution::state);
    if (x.isEmpty() || state.filter(s -> s.over() && !AfterCommit.baked(s)).isPresent()) {
      var ending = state.map(Ending::of).orElse(Ending.aborted(Cause.INTERRUPTED, "it never began"));
      return Optional.of(
          close(entry, "no way back is due: it isn't live", ending, leadership));
    }
    if (state.filter(State::over).isEmpty()) {
      return Optional.empty();
    }
    var base = ledger.base();
    if (!base.change().equals(scheduled.id())) {
      String why = "the way back is cancelled, since " + base.change() + " replaced it";
      return Optional.of(close(entry, why, Ending.of(x.get().state()), leadership));
    }
    long now = time.instant().toEpochMilli();
    if (!scheduled.armed()) {
      move(entry, scheduled.at(now + scheduled.revertAfterSeconds() * 1000), leadership);
      return Optional.empty();
    }
    return scheduled.atMillis() <= now ? Optional.of(back(scheduled, entry, leadership)) : Optional.empty();
  }

  private Ended back(Scheduled scheduled, Entry entry, Leadership leadership)
      throws InterruptedException {
    String text =
        "rollback %s: %d s after it was complete, as it was asked"
            .formatted(scheduled.id(), scheduled.revertAfterSeconds());
    var request = new TaskRequest(text, scheduled.requester(), time.instant());
    var ended = new Running(architect, leadership).rollback(scheduled.id(), request);
    if (ended.exit() == ExitCode.UNREACHABLE) {
      long again = time.instant().plus(AGAIN).toEpochMilli();
      move(entry, scheduled.at(again), leadership);
    } else {
      write(entry, new Write.Delete(entry.key()), leadership);
    }
    return ended;
  }

  /** Takes a change that can't begin off. */
  void drop(String id, Leadership leadership) throws InterruptedException {
    var entry = state.get(Keys.scheduled(id));
    if (entry.isPresent()) {
      write(entry.get(), new Write.Delete(entry.get().key()), leadership);
    }
  }

  /** Should it be lost, the next look does the same. */
  private void move(Entry entry, Scheduled to, Leadership leadership) throws InterruptedException {
    write(entry, new Write.Put(entry.key(), to.bytes()), leadership);
  }

  private void write(Entry entry, Write write, Leadership leadership) throws InterruptedException {
    List<Condition> conditions = new ArrayList<>(leadership.conditions());
    conditions.add(new Condition.Unmoved(entry.key(), entry.modRevision()));
    var _ = state.transact(new Transaction(conditions, List.of(write)));
  }

  /** Takes it off, in the transaction that records why. */
  private Ended close(Entry entry, String why, Ending ending, Leadership leadership)
      throws InterruptedException {
    var scheduled = Scheduled.read(entry.value());
    var story = architect.stories().goOn(scheduled.id(), Operation.APPLY_POLICIES);
    var record = story.record(Phase.FINISH, ACTION, new Telling(why, Status.WARNING, Map.of()));
    var on =
        new Transaction(
            List.of(new Condition.Unmoved(entry.key(), entry.modRevision())),
            List.of(new Write.Delete(entry.key())));
    return switch (ledger.permit(record, on, leadership, story)) {
      case Permit.Given() ->
          architect.epilogue().end(story, ending, Optional.of(leadership), List.of());
      case Permit.Refused(), Permit.Unknown _ -> {
        story.fallSilent();
        yield Ended.of(scheduled.id(), Ending.unknown("the schedule could not be changed: ask again"));
      }
    };
  }
}
