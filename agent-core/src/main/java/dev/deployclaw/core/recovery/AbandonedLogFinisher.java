package dev.deployclaw.core.recovery;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.journal.LogReconciliation;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.journal.StoredLogReader;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.journal.chain.LogHeadWriter;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.repair.HeldRepairStore;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.schedule.ScheduledChange;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskOperation;
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
 * state store doesn't know it where it couldn't be reached just then, or where no agent led. Each
 * record's hash covers all before it, so the last one anchors them all; with its anchor it joins
 * the chain over all executions. One with which another machine went on gets what that wrote. A log
 * that another thread of this process writes now is left to it.
 */
record AbandonedLogFinisher(
    AgentPorts ports, ChangeLedger ledger, RecorderFactory recorders, ExecutionFinisher finisher) {
  /** How many logs are looked at in one go. */
  static final int AT_ONCE = 16;

  private static final ExecutionOutcome NEVER_OPENED =
      ExecutionOutcome.aborted(CrashRecovery.NEVER_OPENED);

  /** What was written was what is committed. */
  private static final ExecutionOutcome CUT_SHORT =
      ExecutionOutcome.unknown(
          "the agent ended during a repair; see the remaining drift with: deployclaw "
              + "drift, and repair it with: deployclaw drift --repair");

  private static final ExecutionOutcome UNREAD =
      ExecutionOutcome.unknown(
          "its entry in the schedule can't be read, so it isn't started; remove it "
              + "with: deployclaw reject");

  /**
   * What was ended. It goes back as long as it finds something to do: what was there at an earlier
   * start was settled then.
   */
  List<RequestOutcome> write(Leadership leadership) throws InterruptedException {
    List<RequestOutcome> finished = new ArrayList<>();
    var known = ports.journal().executions();
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
  private boolean settle(List<String> some, Leadership leadership, List<RequestOutcome> finished)
      throws InterruptedException {
    boolean any = false;
    for (var log : logs(some)) {
      String id = log.id();
      var due = ports.writers().another(id) || log.records().isEmpty() ? Due.NOTHING : due(log);
      switch (due) {
        case NOTHING -> {}
        case END -> end(id, leadership).ifPresent(finished::add);
        case ANCHOR ->
            new LogHeadWriter(ports.state()).late(id, log.last(), log.head(), leadership);
      }
      any |= due != Due.NOTHING;
    }
    return any;
  }

  private Due due(Log log) throws InterruptedException {
    if (!ExecutionLog.ended(log.records()) || log.anchored() > log.records().size()) {
      return Due.END;
    }
    if (!log.followsHead()) {
      return parted(log) ? Due.END : Due.NOTHING;
    }
    if (ExecutionLog.endedInDoubt(log.records()) && rests(log.id())) {
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
      return head.map(e -> ExecutionLog.head(e.value()).seq()).orElse(0L);
    }

    /** Whether the file goes on where the state store's chain ends; else that is another log's. */
    boolean followsHead() {
      return head.isEmpty()
          || ExecutionLog.head(records.get((int) anchored() - 1))
              .equals(ExecutionLog.head(head.get().value()));
    }

    SealedRecord last() {
      return new SealedRecord(records.getLast(), ExecutionLog.head(records.getLast()));
    }
  }

  private List<Log> logs(List<String> executions) throws InterruptedException {
    var records = new LinkedHashMap<String, List<byte[]>>();
    executions.forEach(id -> records.put(id, ports.journal().read(id)));
    List<String> keys = new ArrayList<>();
    records.forEach((id, kept) -> {
      keys.add(StoreKeys.auditHead(id));
      keys.add(StoreKeys.chained(id, kept.size()));
    });
    var there =
        ports.state().get(keys).stream().collect(Collectors.toMap(Entry::key, Function.identity()));
    return records.entrySet().stream().map(e -> log(e.getKey(), e.getValue(), there)).toList();
  }

  private static Log log(String id, List<byte[]> records, Map<String, Entry> there) {
    var head = Optional.ofNullable(there.get(StoreKeys.auditHead(id)));
    return new Log(id, records, head, there.containsKey(StoreKeys.chained(id, records.size())));
  }

  /** Its agent died right after, or before, the change; or another machine went on with it. */
  private Optional<RequestOutcome> end(String id, Leadership leadership)
      throws InterruptedException {
    var stored = ledger.read(id).map(StoredExecution::execution);
    var recorder =
        recorders.goOn(id, stored.map(CrashRecovery::operation).orElse(TaskOperation.SCAN));
    var ending = stored.isPresent() ? ExecutionOutcome.of(stored.get()) : unstored(id);
    if (recorder.ended()) {
      ports.writers().end(id);
      return Optional.empty();
    }
    return Optional.of(finisher.end(recorder, ending, Optional.of(leadership), List.of()));
  }

  /** Of an execution that is no change: only a repair publishes without one. */
  private ExecutionOutcome unstored(String id) throws InterruptedException {
    var scheduled = ports.state().get(StoreKeys.scheduled(id));
    if (scheduled.isPresent()) {
      return ScheduledChange.read(scheduled.get()).map(ScheduledChange::waiting).orElse(UNREAD);
    }
    var held = ports.state().get(StoreKeys.heldRepair(id)).flatMap(HeldRepairStore::read);
    if (held.isPresent()) {
      return held.get().ending();
    }
    return ExecutionLog.published(ports.journal().read(id)) ? CUT_SHORT : NEVER_OPENED;
  }

  /** Whether another machine went on with it. */
  private boolean parted(Log log) throws InterruptedException {
    var stored = new StoredLogReader(ports.state(), ports.journal().bucket()).records(log.id());
    return LogReconciliation.of(log.records(), stored) instanceof LogReconciliation.Parted;
  }
}
