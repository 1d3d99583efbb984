package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.log.Recorder.Sealed;
import dev.deployclaw.core.machine.Keys;
import dev.deployclaw.core.machine.Stored;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.task.Operation;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Sees to it that the logs of this machine have an end, and that the state store knows it. A log
 * has none where its agent died, and ends in doubt where its agent couldn't read how it stood; the
 * state store doesn't know it where it couldn't be reached just then, or where nobody led. Each
 * record's hash covers all before it, so the last one anchors them all; with its anchor it joins
 * the chain over all executions. One with which another machine went on gets what that wrote. A log
 * that another thread of this process writes now is left to it.
 */
final class LogEnds {
  /** How many logs are looked at in one go. */
  static final int AT_ONCE = 16;

  private static final Ending NEVER_OPENED =
      new Ending(Result.ABORTED, ExitCode.ABORTED, "the agent ended before anything was changed");

  /** What was written was what is committed. */
  private static final Ending CUT_SHORT =
      Ending.unknown(
          "the agent ended while it repaired; what is left is shown by: deployclaw drift, and"
              + " repaired by: deployclaw drift --repair");

  private static final Ending UNREAD =
      Ending.unknown(
          "its entry in the schedule can't be read, so it isn't begun; take it off with: deployclaw"
              + " reject");

  private final Journal journal;
  private final StateStore state;
  private final Writers writers;
  private final Ledger ledger;
  private final Anchor anchor;
  private final Stories stories;
  private final Epilogue epilogue;

  LogEnds(Ports ports, Ledger ledger, Stories stories, Epilogue epilogue) {
    this.journal = ports.journal();
    this.state = ports.state();
    this.writers = ports.writers();
    this.ledger = ledger;
    this.anchor = new Anchor(ports.state());
    this.stories = stories;
    this.epilogue = epilogue;
  }

  /**
   * What was ended. It goes back as long as it finds something to do: what was there at an earlier
   * start was settled then.
   */
  List<Ended> write(Leadership leadership) throws InterruptedException {
    List<Ended> finished = new ArrayList<>();
    var known = journal.executions();
    int until = known.size();
    boolean more = true;
    while (more && until > 0) {
      int from = Math.max(0, until - AT_ONCE);
      more = settle(known.subList(from, until), leadership, finished);
      until = from;
    }
    return finished;
  }

  /** Whether there was anything to do. */
  private boolean settle(List<String> some, Leadership leadership, List<Ended> finished)
      throws InterruptedException {
    boolean any = false;
    for (var log : logs(some)) {
      String id = log.id();
      var due = writers.another(id) || log.records().isEmpty() ? Due.NOTHING : due(log);
      switch (due) {
        case NOTHING -> {}
        case END -> end(id, leadership).ifPresent(finished::add);
        case ANCHOR -> anchor.late(id, log.last(), log.head(), leadership);
      }
      any |= due != Due.NOTHING;
    }
    return any;
  }

  private Due due(Log log) throws InterruptedException {
    if (!ThoughtLog.ended(log.records()) || log.anchored() > log.records().size()) {
      return Due.END;
    }
    if (!log.followsHead()) {
      return parted(log) ? Due.END : Due.NOTHING;
    }
    if (ThoughtLog.endedInDoubt(log.records()) && rests(log.id())) {
      return Due.END;
    }
    boolean anchored = log.anchored() == log.records().size() && log.chained();
    return anchored ? Due.NOTHING : Due.ANCHOR;
  }

  /** Whether the state store knows by now how a change ended. */
  private boolean rests(String id) throws InterruptedException {
    return ledger.read(id).filter(s -> !s.execution().state().open()).isPresent();
  }

  /** What a log lacks. */
  private enum Due {
    NOTHING,
    END,
    ANCHOR
  }

  /**
   * A log of this machine.
   *
   * @param head where the state store's chain of it ends
   * @param chained whether its last record is in the chain over all executions
   */
  private record Log(String id, List<byte[]> records, Optional<Entry> head, boolean chained) {
    /** The number of the last record that the state store knows. */
    long anchored() {
      return head.map(e -> ThoughtLog.head(e.value()).seq()).orElse(0L);
    }

    /** Whether the file goes on where the state store's chain ends; else that is another log's. */
    boolean followsHead() {
      return head.isEmpty()
          || ThoughtLog.head(records.get((int) anchored() - 1))
              .equals(ThoughtLog.head(head.get().value()));
    }

    Sealed last() {
      return new Sealed(records.getLast(), ThoughtLog.head(records.getLast()));
    }
  }

  private List<Log> logs(List<String> executions) throws InterruptedException {
    var records = new LinkedHashMap<String, List<byte[]>>();
    executions.forEach(id -> records.put(id, journal.read(id)));
    List<String> keys = new ArrayList<>();
    records.forEach((id, kept) -> {
      keys.add(Keys.auditHead(id));
      keys.add(Keys.chained(id, kept.size()));
    });
    var there = state.get(keys).stream().collect(Collectors.toMap(Entry::key, Function.identity()));
    return records.entrySet().stream().map(e -> log(e.getKey(), e.getValue(), there)).toList();
  }

  private static Log log(String id, List<byte[]> records, Map<String, Entry> there) {
    var head = Optional.ofNullable(there.get(Keys.auditHead(id)));
    return new Log(id, records, head, there.containsKey(Keys.chained(id, records.size())));
  }

  /** Its agent died right after, or before, the change; or another machine went on with it. */
  private Optional<Ended> end(String id, Leadership leadership) throws InterruptedException {
    var stored = ledger.read(id).map(Stored::execution);
    var story = stories.goOn(id, stored.map(Recovery::operation).orElse(Operation.SCAN));
    var ending = stored.isPresent() ? Ending.of(stored.get()) : unstored(id);
    if (story.ended()) {
      writers.end(id);
      return Optional.empty();
    }
    return Optional.of(epilogue.end(story, ending, Optional.of(leadership), List.of()));
  }

  /** Of an execution that is no change: only a repair publishes without one. */
  private Ending unstored(String id) throws InterruptedException {
    var scheduled = state.get(Keys.scheduled(id));
    if (scheduled.isPresent()) {
      return Timetable.read(scheduled.get()).map(Timetable::waiting).orElse(UNREAD);
    }
    var held = state.get(Keys.heldRepair(id)).flatMap(HeldRepairs::read);
    if (held.isPresent()) {
      return held.get().ending();
    }
    return ThoughtLog.published(journal.read(id)) ? CUT_SHORT : NEVER_OPENED;
  }

  /** Whether another machine went on with it. */
  private boolean parted(Log log) throws InterruptedException {
    var stored = new StoredLog(state, journal.bucket()).records(log.id());
    return Junction.of(log.records(), stored) instanceof Junction.Parted;
  }
}
