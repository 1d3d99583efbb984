package dev.deployclaw.core.rollback;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.ledger.BackupOutcome;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.CheckpointFile;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.policy.PolicySet;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Takes a checkpoint of the present state, and changes nothing: what every member holds and the
 * committed policy set go to the object store under their hash and are read back. A snapshot that
 * lacks a member, or waits to be stored, isn't called done.
 */
public record SnapshotTaker(
    ChangeStore store, ExecutionFinisher finisher, AgentPorts ports, AgentSettings settings) {
  /** How its log calls it. */
  static final String ACTION = "Taking a snapshot";

  public RequestOutcome run(Leadership leadership, ExecutionRecorder recorder)
      throws InterruptedException {
    return finisher.end(
        recorder,
        StoreQuestion.answer(() -> ending(recorder), ExecutionOutcome::unreachable),
        Optional.of(leadership),
        List.of());
  }

  private ExecutionOutcome ending(ExecutionRecorder recorder) throws InterruptedException {
    var base = store.ledger().base();
    var committed = store.archive().committed(base);
    return committed.isEmpty()
        ? ExecutionOutcome.unreachable(
            "the committed policy set of epoch " + base.epoch() + " can't be read")
        : take(base, committed.get(), recorder);
  }

  private ExecutionOutcome take(BaseEpoch base, PolicySet committed, ExecutionRecorder recorder)
      throws InterruptedException {
    long from = ports.time().micros();
    var observed = new ParticipantFanout(ports.executors(), settings).observe(recorder.looks());
    Optional<PolicySet> set = base.epoch() == 0 ? Optional.empty() : Optional.of(committed);
    byte[] bytes = CheckpointFile.of(recorder.execution(), base, observed, set).bytes();
    var unseen =
        observed.all().stream()
            .filter(MemberReport::unseen)
            .map(MemberReport::member)
            .sorted()
            .toList();
    var kept = BackupOutcome.keep(ports.objects(), bytes).without(unseen);
    var facts = new TreeMap<String, Object>(kept.facts());
    facts.put("epoch", base.epoch());
    facts.put("digest", base.digest());
    facts.put("fingerprint", CheckpointFile.fingerprint(observed));
    facts.put("members", observed.all().size());
    facts.put("bytes", (long) bytes.length);
    recorder.tellTimed(
        Phase.CHECKPOINT, ACTION, new LogEntryContent(kept.sentence(), kept.status(), facts), from);
    recorder.summarise(kept.sentence(), kept.status());
    recorder.took(Phase.CHECKPOINT, from);
    return ending(kept);
  }

  private static ExecutionOutcome ending(BackupOutcome kept) {
    if (!kept.kept()) {
      return ExecutionOutcome.unreachable("no snapshot was taken: " + kept.sentence());
    }
    return kept.status() == Status.OK
        ? ExecutionOutcome.completed(kept.sentence())
        : ExecutionOutcome.failed("the snapshot is incomplete: " + kept.sentence());
  }
}
