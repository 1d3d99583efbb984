package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.journal.StoredLogReader;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.recovery.CrashRecovery;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads how far executions are. Any thread. Throws {@link Unreachable}. */
record TaskProgressReader(AgentPorts ports) {
  TaskProgress of(String execution) throws InterruptedException {
    var there = read(execution);
    var change = Optional.ofNullable(there.get(StoreKeys.change(execution)));
    if (change.isPresent()) {
      var active = Optional.ofNullable(there.get(StoreKeys.ACTIVE));
      return of(
          ChangeExecution.read(change.get().value()),
          active.map(e -> CommittedEpoch.read(e.value()).epoch()).orElse(0L));
    }
    boolean seen =
        there.containsKey(StoreKeys.auditHead(execution))
            || there.containsKey(StoreKeys.auditCopy(execution));
    if (isNeverOpened(
        seen ? new StoredLogReader(ports).records(execution) : ports.journal().read(execution))) {
      return TaskProgress.CUT_OFF;
    }
    return seen ? TaskProgress.SETTLED : TaskProgress.UNSEEN;
  }

  private Map<String, Entry> read(String execution) throws InterruptedException {
    var keys =
        List.of(
            StoreKeys.change(execution),
            StoreKeys.ACTIVE,
            StoreKeys.auditHead(execution),
            StoreKeys.auditCopy(execution));
    return ports.state().get(keys).stream()
        .collect(Collectors.toMap(Entry::key, Function.identity()));
  }

  private static TaskProgress of(ChangeExecution x, long active) {
    if (x.state() instanceof ChangeState.Aborted aborted) {
      boolean cut = aborted.cause() == AbortCause.INTERRUPTED && !isOvertaken(x, active);
      return cut ? TaskProgress.CUT_OFF : TaskProgress.SETTLED;
    }
    return x.state().open() && !x.state().live() ? TaskProgress.UNFINISHED : TaskProgress.SETTLED;
  }

  /** Asked for again, a rollback of the last change would undo another. */
  private static boolean isOvertaken(ChangeExecution x, long active) {
    return x.kind().back() && x.base().epoch() != active;
  }

  private static boolean isNeverOpened(List<byte[]> records) {
    return !records.isEmpty()
        && ExecutionLog.reason(records.getLast())
            .filter(CrashRecovery.NEVER_OPENED::equals)
            .isPresent();
  }
}
