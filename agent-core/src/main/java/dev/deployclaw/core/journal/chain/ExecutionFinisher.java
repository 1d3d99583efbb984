package dev.deployclaw.core.journal.chain;

import dev.deployclaw.core.freeze.AutoFreeze;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.ChangeKind;
import dev.deployclaw.core.machine.ChangeState;
import dev.deployclaw.core.machine.Checkpoint;
import dev.deployclaw.core.machine.StoredExecution;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore.Leadership;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes the last record of an execution: how it ended, with what the document needs. */
public record ExecutionFinisher(
    ChangeLedger ledger, LogHeadWriter anchor, ObjectStore objects, AutoFreeze autoFreeze) {
  /**
   * Where nothing may be written any more, the next start writes the last record.
   *
   * @param leadership where there is one, the record is anchored in the state store too
   */
  public RequestOutcome end(
      ExecutionRecorder recorder,
      ExecutionOutcome reached,
      Optional<Leadership> leadership,
      List<ClarificationQuestion> questions)
      throws InterruptedException {
    autoFreeze.judge(recorder);
    var ending = recorder.whole(reached);
    if (!recorder.silent()) {
      var thought = recorder.ending(ending, facts(recorder, ending, questions));
      if (leadership.isPresent()) {
        anchor.end(thought, leadership.get(), recorder);
      } else {
        recorder.keep(recorder.seal(thought), thought);
      }
    }
    return RequestOutcome.of(recorder.execution(), ending, questions);
  }

  /** What the last record says of the whole, but for what the recorder itself counted. */
  public Map<String, Object> facts(
      ExecutionRecorder recorder, ExecutionOutcome ending, List<ClarificationQuestion> questions)
      throws InterruptedException {
    var facts = new TreeMap<String, Object>();
    facts.put("reason", ending.reason());
    if (!questions.isEmpty()) {
      facts.put("questions", questions.stream().map(ClarificationQuestion::text).toList());
      facts.put("clarifications", questions.stream().map(ClarificationQuestion::toMap).toList());
    }
    try {
      facts.putAll(storedState(recorder.execution()));
    } catch (Unreachable e) {
      facts.put("rollback_available", false);
    }
    return facts;
  }

  /** Whether the committed epoch can be gone back from: what it replaced was proven. */
  public boolean rollbackAvailable() throws InterruptedException {
    var base = ledger.base();
    if (base.epoch() == 0) {
      return false;
    }
    var active = ledger.read(base.change()).map(StoredExecution::execution);
    return active.isPresent()
        && active.get().checkpoint().isPresent()
        && baked(active.get().base());
  }

  /** Epoch 0 counts as proven: it was there. */
  public boolean baked(BaseEpoch base) throws InterruptedException {
    return base.epoch() == 0
        || ledger.read(base.change()).filter(s -> s.execution().state().proven()).isPresent();
  }

  private Map<String, Object> storedState(String id) throws InterruptedException {
    var facts = new TreeMap<String, Object>();
    facts.put("rollback_available", rollbackAvailable());
    var stored = ledger.read(id).map(StoredExecution::execution);
    stored.ifPresent(x -> about(x, facts));
    return facts;
  }

  private void about(ChangeExecution x, Map<String, Object> facts) {
    facts.put("epoch", x.epoch());
    facts.put("plan_hash", x.planHash());
    facts.put("requester", x.requester());
    x.checkpoint().ifPresent(c -> facts.put("checkpoint", checkpoint(x, c)));
    if (x.state() instanceof ChangeState.RolledBack r) {
      facts.put("rolled_back_by", r.by());
    }
    if (x.kind() == ChangeKind.ROLLBACK) {
      x.undoes().ifPresent(u -> facts.put("rollback_of", u));
    }
  }

  private Map<String, Object> checkpoint(ChangeExecution x, Checkpoint c) {
    return Map.of(
        "s3", c.stored() ? objects.locate(c.object()) : "pending",
        "sha256", c.sha256(),
        "etcd", StoreKeys.checkpoint(x.epoch()));
  }
}
