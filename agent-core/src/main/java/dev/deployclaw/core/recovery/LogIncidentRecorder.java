package dev.deployclaw.core.recovery;

import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.journal.chain.LogHeadChain;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.spi.StateStore.Condition;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Transaction;
import dev.deployclaw.core.spi.StateStore.Write;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.json.CanonicalJson;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Accounts for what befell other logs: each time by a log of its own, as those have their end. The
 * state store learns of it in the transaction that ends that log, so that each is accounted for
 * once, even if an agent dies in between.
 */
record LogIncidentRecorder(
    StateStore state, ChangeLedger ledger, RecorderFactory recorders, ExecutionFinisher finisher) {
  /** The most of a kind that one start accounts for; the next one goes on. */
  private static final int MOST = 64;

  /**
   * What is told of one.
   *
   * @param action by which it was found
   * @param cause of it
   * @param sentence with which its log ends
   * @param name under which its facts stand in that end
   */
  record Entry(
      String action, String cause, String sentence, String name, Map<String, Object> facts) {
    Entry {
      facts = Map.copyOf(facts);
    }
  }

  /**
   * What happens to logs again and again.
   *
   * @param prefix of the keys by which the state store knows what was accounted for
   */
  record Matter<T>(String prefix, Function<T, String> key, Function<T, Entry> entry) {}

  /** The logs that account for those that the state store doesn't know of. */
  <T> List<RequestOutcome> of(List<T> all, Matter<T> matter, Leadership leadership)
      throws InterruptedException {
    if (all.isEmpty()) {
      return List.of();
    }
    var known = new HashSet<>(state.keys(matter.prefix()));
    var open =
        all.stream().filter(one -> !known.contains(matter.key().apply(one))).limit(MOST).toList();
    List<RequestOutcome> told = new ArrayList<>();
    for (var one : open) {
      account(matter.key().apply(one), matter.entry().apply(one), leadership).ifPresent(told::add);
    }
    return told;
  }

  private Optional<RequestOutcome> account(String key, Entry entry, Leadership leadership)
      throws InterruptedException {
    var recorder = recorders.begin(TaskOperation.SCAN, true);
    var ending = ExecutionOutcome.completed(entry.sentence());
    recorder.tell(Phase.FINISH, entry.action(), new LogEntryContent(entry.cause(), Status.WARNING));
    var facts = finisher.facts(recorder, ending, List.of());
    facts.put(entry.name(), entry.facts());
    var once =
        new Transaction(
            List.of(new Condition.Absent(key)),
            List.of(new Write.Put(key, CanonicalJson.bytes(Map.of("by", recorder.execution())))));
    var end = recorder.ending(ending, facts);
    var chained =
        new LogHeadChain(state)
            .last()
            .joining(once, recorder.execution(), recorder.seal(end).head());
    var permit = ledger.permit(end, chained, leadership, recorder);
    if (permit instanceof ChangeLedger.Permit.Given) {
      return Optional.of(RequestOutcome.of(recorder.execution(), ending));
    }
    recorder.fallSilent();
    return Optional.empty();
  }
}
