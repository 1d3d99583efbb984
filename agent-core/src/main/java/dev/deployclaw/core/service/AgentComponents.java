package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.change.ChangeOrchestrator;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.freeze.AutoFreeze;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.journal.chain.LogHeadWriter;
import dev.deployclaw.core.language.EstateQuestion;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.planning.PlanBuilder;
import dev.deployclaw.core.planning.PlanningResult;
import dev.deployclaw.core.planning.SkillPinCheck;
import dev.deployclaw.core.planning.UnderstoodTask;
import dev.deployclaw.core.repair.DriftRepair;
import dev.deployclaw.core.repair.HeldRepairStore;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.rollback.Rollback;
import dev.deployclaw.core.rollback.SnapshotTaker;
import dev.deployclaw.core.schedule.ChangeScheduler;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.Conversation;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.core.writeback.SourceWriteBack;
import java.util.List;
import java.util.Optional;

/** What the services of one agent are made of. It holds no leadership, and calls no service. */
record AgentComponents(
    AgentPorts ports,
    AgentSettings settings,
    ChangeStore store,
    ChangeOrchestrator orchestrator,
    RecorderFactory recorders,
    ExecutionFinisher finisher,
    SourceWriteBack writeBack) {

  /**
   * @throws IllegalArgumentException when no participant stores policy sets
   */
  static AgentComponents of(AgentPorts ports, AgentSettings settings, ProgressListener progress) {
    boolean stores =
        ports.executors().participants().stream()
            .anyMatch(e -> e.name().equals(ExecutorRegistry.STORE));
    if (!stores) {
      throw new IllegalArgumentException("no participant stores policy sets");
    }
    var store = ChangeStore.of(ports, settings);
    var finisher =
        new ExecutionFinisher(
            store.ledger(),
            new LogHeadWriter(ports.state()),
            ports.objects(),
            new AutoFreeze(ports, settings));
    return new AgentComponents(
        ports,
        settings,
        store,
        new ChangeOrchestrator(ports, settings, store),
        new RecorderFactory(ports, settings, progress),
        finisher,
        new SourceWriteBack(ports, settings, store));
  }

  AgentClock time() {
    return ports.time();
  }

  SkillPinCheck skills() {
    return new SkillPinCheck(ports.procedures());
  }

  Rollback rollback() {
    return new Rollback(orchestrator, finisher, ports, settings);
  }

  SnapshotTaker snapshot() {
    return new SnapshotTaker(store, finisher, ports, settings);
  }

  DriftRepair repairing() {
    return new DriftRepair(
        ports, settings, store, heldRepairs(), new ParticipantFanout(ports.executors(), settings));
  }

  HeldRepairStore heldRepairs() {
    return new HeldRepairStore(ports, store.ledger(), finisher);
  }

  ChangeScheduler scheduler() {
    return new ChangeScheduler(ports, store.ledger(), recorders, finisher);
  }

  ConversationFinder conversations() {
    return new ConversationFinder(ports, store.ledger());
  }

  /** Plans a request on what is committed. Nothing is written. */
  UnderstoodTask plan(TaskRequest request, ExecutionRecorder recorder) throws InterruptedException {
    var base = store.ledger().base();
    var builder = builder(base, recorder);
    String lost = "the committed policy set of epoch " + base.epoch() + " can't be read";
    return builder.isPresent()
        ? builder.get().build(request)
        : new UnderstoodTask(
            request,
            Conversation.NONE,
            new PlanningResult.Over(ExecutionOutcome.unreachable(lost), List.of()));
  }

  /** The question about the estate that a request is; empty where it is none. */
  Optional<EstateQuestion> question(TaskRequest request) throws InterruptedException {
    var recorder =
        new RecorderFactory(ports.unlogged(), settings, ProgressListener.NONE)
            .begin(TaskOperation.SCAN, false);
    String lost = "the committed policy set can't be read";
    return builder(store.ledger().base(), recorder)
        .orElseThrow(() -> new Unreachable(lost, new IllegalStateException(lost)))
        .question(request);
  }

  private Optional<PlanBuilder> builder(BaseEpoch base, ExecutionRecorder recorder)
      throws InterruptedException {
    var committed = store.archive().committed(base);
    if (committed.isEmpty()) {
      return Optional.empty();
    }
    var provenance = store.archive().provenance(base.epoch());
    var state = new PlanBuilder.CommittedState(base, committed.get(), provenance);
    return Optional.of(new PlanBuilder(ports, settings, recorder, state));
  }
}
