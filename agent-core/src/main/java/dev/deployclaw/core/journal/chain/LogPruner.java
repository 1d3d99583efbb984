package dev.deployclaw.core.journal.chain;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.election.CurrentTermCondition;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.ExecutionLog;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.log.BucketCopy.Proven;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.ArchivedLogMarker;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets the records of executions go that are long over: the state store then holds where the copy
 * in the bucket is, and this machine that it has one. Nothing goes before the whole copy was read
 * back just now, and what goes was compared with it, byte for byte. One transaction for each
 * execution, under the current term and without leadership: it moves nothing that an agent acts on.
 */
public record LogPruner(AgentPorts ports, ChangeLedger ledger, AgentSettings settings) {
  /** How many go in one call. */
  static final int AT_ONCE = 64;

  /** How far back the latest proven change below the committed one is looked for. */
  private static final int MOST_BACK = 64;

  private static final Logger LOG = LoggerFactory.getLogger(LogPruner.class);

  /**
   * @param keep so many of this machine's latest executions stay
   * @throws Unreachable when the state store can't be asked
   * @throws BucketUnavailableException when the bucket can't be read
   */
  public PruneReport prune(int keep) throws InterruptedException {
    var old = old(keep);
    if (old.isEmpty()) {
      return PruneReport.NOTHING;
    }
    var needed = needed();
    int gone = 0;
    List<String> kept = new ArrayList<>();
    for (String execution : old) {
      if (gone == AT_ONCE) {
        break;
      }
      var why = needed.contains(execution) ? Optional.of("a rollback needs it") : let(execution);
      why.ifPresent(reason -> kept.add(execution + ": " + reason));
      gone += why.isEmpty() ? 1 : 0;
    }
    return new PruneReport(gone, kept);
  }

  /** Those beyond the latest that the bucket is said to have, the oldest first. */
  private List<String> old(int keep) {
    var known = ports.journal().executions();
    var copied = new HashSet<>(ports.journal().bucket().copied());
    return known.subList(0, Math.max(0, known.size() - keep)).stream()
        .filter(copied::contains)
        .toList();
  }

  /** The logs of what is committed, of what that replaced, and of all down to a proven one. */
  private Set<String> needed() throws InterruptedException {
    var logs = new HashSet<String>();
    BaseEpoch at = ledger.base();
    for (int back = 0; back < MOST_BACK && at.epoch() != 0; back++) {
      var stored = ledger.read(at.change());
      if (stored.isEmpty()) {
        break;
      }
      var x = stored.get().execution();
      logs.add(x.log());
      if (back > 0 && x.state().proven()) {
        break;
      }
      at = x.base();
    }
    return logs;
  }

  /** Why it stays; empty where it went. */
  private Optional<String> let(String execution) throws InterruptedException {
    var read = Read.of(execution, ports.state());
    var unfinished = read.unfinished();
    if (unfinished.isPresent()) {
      return unfinished;
    }
    if (!new LogHeadChain(ports.state()).holds(execution, read.head())) {
      return Optional.of("its end isn't in the chain of all executions yet");
    }
    if (ports.writers().another(execution)) {
      return Optional.of("it is being written");
    }
    var proven = ports.journal().bucket().prove(execution);
    if (proven.isEmpty()) {
      return Optional.of("its copy is incomplete, see: deployclaw audit copies");
    }
    var stored = ports.state().list(StoreKeys.audits(execution));
    if (!read.agrees(stored, proven.get().records())) {
      LOG.atError()
          .addKeyValue("execution", execution)
          .log("The state store and the bucket hold different records: both are kept");
      return Optional.of("the state store holds other records of it");
    }
    if (!read.gone(stored) && !cleared(read, proven.get())) {
      return Optional.of("it changed meanwhile, or there was no answer");
    }
    return ports.journal().bucket().letGo(execution, proven.get())
        ? Optional.empty()
        : Optional.of("its file is in use");
  }

  private boolean cleared(Read read, Proven proven) throws InterruptedException {
    long now = ports.time().instant().toEpochMilli();
    var copy = new ArchivedLogMarker(proven.head(), settings.agent(), now);
    List<Condition> conditions = new ArrayList<>();
    conditions.add(CurrentTermCondition.of(ports.state()));
    conditions.addAll(read.unmoved());
    List<Write> writes =
        List.of(
            new Write.Put(StoreKeys.auditCopy(read.execution()), copy.bytes()),
            new Write.Clear(StoreKeys.audits(read.execution())));
    return ports.state().transact(new Transaction(conditions, writes))
        instanceof StateStore.Result.Applied;
  }

  /**
   * What the state store says of an execution, but for its records. They can't be added to without
   * moving their head, which is read before them.
   */
  private record Read(String execution, Map<String, Entry> there) {
    static Read of(String execution, StateStore state) throws InterruptedException {
      var entries = state.get(keys(execution));
      return new Read(
          execution, entries.stream().collect(Collectors.toMap(Entry::key, Function.identity())));
    }

    /** The copy's is among them, so that of two machines that let a log go one is the first. */
    private static List<String> keys(String execution) {
      return List.of(
          StoreKeys.auditHead(execution),
          StoreKeys.auditCopy(execution),
          StoreKeys.change(execution),
          StoreKeys.scheduled(execution),
          StoreKeys.heldRepair(execution),
          StoreKeys.writeBack(execution));
    }

    List<Condition> unmoved() {
      return keys(execution).stream().map(key -> Condition.unmoved(key, entry(key))).toList();
    }

    /** Whether the records went before, and the file is what is left. */
    boolean gone(List<Entry> stored) {
      return stored.isEmpty() && there.containsKey(StoreKeys.auditCopy(execution));
    }

    /** Where its chain ends; where the state store doesn't know that, before the first record. */
    LogHead head() {
      return entry(StoreKeys.auditHead(execution))
          .map(e -> ExecutionLog.head(e.value()))
          .orElse(LogHead.START);
    }

    Optional<Entry> entry(String key) {
      return Optional.ofNullable(there.get(key));
    }

    /** Why more may come; empty where nothing does. A change is over after its ways back. */
    Optional<String> unfinished() {
      if (head().equals(LogHead.START)) {
        return Optional.of("the state store doesn't know its end yet");
      }
      var change =
          entry(StoreKeys.change(execution)).map(e -> ChangeExecution.read(e.value()).state());
      boolean waits =
          there.containsKey(StoreKeys.scheduled(execution))
              || there.containsKey(StoreKeys.heldRepair(execution))
              || there.containsKey(StoreKeys.writeBack(execution));
      boolean over = change.isEmpty() || change.get().over();
      return over && !waits ? Optional.empty() : Optional.of("its change hasn't ended");
    }

    /** Whether the bucket's records are all of them, end as is known, and hold what is stored. */
    boolean agrees(List<Entry> stored, List<byte[]> records) {
      return ExecutionLog.ended(records)
          && head().equals(ExecutionLog.head(records.getLast()))
          && stored.stream().allMatch(e -> holds(records, e.value()));
    }

    private static boolean holds(List<byte[]> records, byte[] record) {
      long seq = ExecutionLog.head(record).seq();
      return seq >= 1 && seq <= records.size() && Arrays.equals(records.get((int) seq - 1), record);
    }
  }
}
