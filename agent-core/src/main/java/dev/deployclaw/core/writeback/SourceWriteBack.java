package dev.deployclaw.core.writeback;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.overlay.Overlay;
import dev.deployclaw.core.overlay.PolicyProvenance;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Entry;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.store.StoreKeys;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings sources to what is committed, after the change that made them differ is complete. What is
 * due stands in the state store from when the change opens, so that the agent that comes after a
 * crash finds it; each attempt can be repeated. It never undoes a change, nor fails one.
 */
public record SourceWriteBack(AgentPorts ports, AgentSettings settings, ChangeStore store) {
  private static final Logger LOG = LoggerFactory.getLogger(SourceWriteBack.class);

  public static final String ACTION = "Writing back to the sources";

  /** How many are tried by one command. */
  public static final int MOST = 32;

  /** The most patches that a sentence holds; a record holds more. */
  private static final int MOST_PRINTED = 3;

  private static final int MOST_LISTED = 50;
  private static final String PATCH = "patch";

  /**
   * What came of an attempt.
   *
   * @param over whether nothing is to be tried again
   * @param answered whether anything got an answer; not, where the sources are out of reach
   */
  public record Tried(LogEntryContent entry, boolean over, boolean answered) {}

  /** What a change writes as it opens, so that it is written back when it is complete. */
  public static Write due(String id, PolicyProvenance provenance) {
    return new Write.Put(StoreKeys.writeBack(id), provenance.of(id).bytes());
  }

  /** Changes of which something is due, perhaps since a crash: what was tried last comes last. */
  public List<String> pending() throws InterruptedException {
    return ports.state().list(StoreKeys.WRITE_BACK).stream()
        .sorted(Comparator.comparingLong(Entry::modRevision))
        .map(e -> e.key().substring(StoreKeys.WRITE_BACK.length()))
        .toList();
  }

  /** Right after a change has ended: tells what was written, and what is left for a person. */
  public void after(ExecutionRecorder recorder, Leadership leadership) throws InterruptedException {
    if (!recorder.silent()) {
      settle(recorder.execution(), leadership)
          .ifPresent(t -> recorder.tell(Phase.FINISH, ACTION, t.entry()));
    }
  }

  /** Tries once what is due of a change; empty where nothing is, or not yet. */
  public Optional<Tried> settle(String id, Leadership leadership) throws InterruptedException {
    try {
      var due = ports.state().get(StoreKeys.writeBack(id));
      var x = store.ledger().read(id).map(StoredExecution::execution);
      if (due.isEmpty() || x.filter(c -> !c.state().over()).isPresent()) {
        return Optional.empty();
      }
      if (x.map(ChangeExecution::state).filter(ChangeState.Completed.class::isInstance).isEmpty()) {
        move(due.get(), new Write.Delete(due.get().key()), leadership);
        return Optional.empty();
      }
      var reports = write(PolicyProvenance.read(due.get().value()).overlays(), leadership);
      long open = reports.stream().filter(r -> r.answer() == Answer.UNKNOWN).count();
      if (open == 0) {
        settled(due.get(), leadership);
      } else {
        // behind the others, so that none of them waits for its source
        move(due.get(), new Write.Put(due.get().key(), due.get().value()), leadership);
      }
      boolean answered = open == 0 || open < reports.size();
      return Optional.of(new Tried(entry(reports), open == 0, answered));
    } catch (Unreachable e) {
      LOG.atWarn()
          .addKeyValue("reason", e.getMessage())
          .log("write-back is postponed to the next command that may write");
      return Optional.empty();
    }
  }

  private List<MemberReport> write(List<Overlay> overlays, Leadership leadership)
      throws InterruptedException {
    var committed = store.archive().committed(store.ledger().base());
    if (committed.isEmpty()) {
      return List.of(MemberReport.unknown("sources", "the committed policy set can't be read"));
    }
    List<MemberReport> all = new ArrayList<>();
    for (var overlay : overlays) {
      all.addAll(edits().write(overlay, committed.get(), leadership));
    }
    return all;
  }

  /** Nothing more is due; and what the sources say by now lies over them no longer. */
  private void settled(Entry due, Leadership leadership) throws InterruptedException {
    var base = store.ledger().base();
    var committed = store.archive().committed(base);
    var known = store.archive().provenance(base.epoch());
    var effective =
        committed.isEmpty()
            ? known.overlays()
            : known.effective(committed.get(), edits().read(committed.get()));
    List<Condition> conditions = new ArrayList<>(leadership.conditions());
    conditions.add(new Condition.Unmoved(due.key(), due.modRevision()));
    conditions.add(base.unmoved());
    List<Write> writes = new ArrayList<>();
    writes.add(new Write.Delete(due.key()));
    if (!effective.equals(known.overlays())) {
      var left = new PolicyProvenance(known.applied(), effective);
      writes.add(new Write.Put(StoreKeys.provenance(base.epoch()), left.bytes()));
    }
    ports.state().transact(new Transaction(conditions, writes));
  }

  /** Forgets what isn't to be written back after all, or puts it at the end of what is due. */
  private void move(Entry due, Write write, Leadership leadership) throws InterruptedException {
    List<Condition> conditions = new ArrayList<>(leadership.conditions());
    conditions.add(new Condition.Unmoved(due.key(), due.modRevision()));
    ports.state().transact(new Transaction(conditions, List.of(write)));
  }

  private static LogEntryContent entry(List<MemberReport> reports) {
    var written = reports.stream().filter(r -> r.answer() == Answer.YES).toList();
    var left =
        reports.stream()
            .filter(r -> r.answer() == Answer.NO || r.answer() == Answer.UNKNOWN)
            .toList();
    var facts = new TreeMap<String, Object>();
    facts.put("written", written.stream().map(MemberReport::member).limit(MOST_LISTED).toList());
    facts.put("left", left.stream().limit(MOST_LISTED).map(SourceWriteBack::map).toList());
    var said = new ArrayList<String>();
    said.add(written.size() + " written back");
    left.stream().limit(MOST_PRINTED).map(SourceWriteBack::words).forEach(said::add);
    int more = left.size() - MOST_PRINTED;
    if (more > 0) {
      said.add("and " + more + " more that are left");
    }
    boolean unknown = left.stream().anyMatch(r -> r.answer() == Answer.UNKNOWN);
    Status failed = unknown ? Status.UNKNOWN : Status.WARNING;
    return new LogEntryContent(String.join("; ", said), left.isEmpty() ? Status.OK : failed, facts);
  }

  private static Map<String, Object> map(MemberReport r) {
    return Map.of(
        "document", r.member(), "reason", r.reason(), PATCH, r.facts().getOrDefault(PATCH, ""));
  }

  private static String words(MemberReport r) {
    String again =
        r.answer() == Answer.UNKNOWN ? " (the next command that may write tries again)" : "";
    String patch = r.facts().containsKey(PATCH) ? "; by hand:\n" + r.facts().get(PATCH) : "";
    return r.member() + " is left: " + r.reason() + again + patch;
  }

  private SourceEditor edits() {
    return new SourceEditor(ports, settings, store.ledger());
  }
}
