package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.CallContext;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.store.StoreKeys;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Optional;

/**
 * The agent's step in the handover of a gateway's volume: it shares what another tool applies, so
 * that nothing is lost when that tool lets go. No value changes, so it needs no leadership and no
 * gate; it stops at the kill switch, and leaves a log.
 */
record VolumeHandoverService(
    AgentPorts ports,
    AgentSettings settings,
    RecorderFactory recorders,
    ExecutionFinisher finisher) {
  private static final String ACTION = "Sharing a gateway's volume";

  RequestOutcome share(TaskRequest request, String gateway) throws InterruptedException {
    Optional<FreezeRecord> frozen;
    try {
      frozen = ports.state().get(StoreKeys.FREEZE).map(e -> FreezeRecord.read(e.value()));
    } catch (Unreachable e) {
      var ending = ExecutionOutcome.unreachable(StoreQuestion.reason(e));
      return end(recorders.begin(request, TaskOperation.APPLY_POLICIES, false), request, ending);
    }
    var recorder = recorders.begin(request, TaskOperation.APPLY_POLICIES, true);
    var ending =
        frozen.isPresent()
            ? ExecutionOutcome.aborted(AbortCause.FROZEN, frozen.get().refusal())
            : share(gateway, recorder.execution());
    return end(recorder, request, ending);
  }

  private RequestOutcome end(
      ExecutionRecorder recorder, TaskRequest request, ExecutionOutcome ending)
      throws InterruptedException {
    recorder.asked(request);
    var status = ending.exit() == ExitCode.OK ? Status.OK : Status.WARNING;
    recorder.tell(Phase.PUBLISH, ACTION, new LogEntryContent(ending.reason(), status));
    return finisher.end(recorder, ending, Optional.empty(), List.of());
  }

  private ExecutionOutcome share(String gateway, String execution) throws InterruptedException {
    Optional<BackendExecutor> executor =
        ports.executors().named("kubernetes").filter(e -> e.verbs().contains("share"));
    if (executor.isEmpty()) {
      return ExecutionOutcome.refused("no gateway runs in Kubernetes here");
    }
    var outcome =
        ports
            .calls()
            .one(
                executor.get(),
                new ExecutorCall.Share(gateway),
                CallContext.of(execution),
                settings.bounds().call());
    return switch (outcome) {
      case CallOutcome.Failed(var fault) -> ExecutionOutcome.of(fault);
      case CallOutcome.Done(var reports, var _) -> ending(reports.getFirst());
    };
  }

  private static ExecutionOutcome ending(MemberReport report) {
    String left = String.valueOf(report.facts().getOrDefault("left", ""));
    return switch (report.answer()) {
      case YES ->
          Boolean.TRUE.equals(report.facts().get("changed"))
              ? ExecutionOutcome.completed(report.member() + ": " + left)
              : ExecutionOutcome.noChange(report.member() + ": " + left);
      case NO -> ExecutionOutcome.refused(report.member() + ": " + report.reason());
      case UNKNOWN -> ExecutionOutcome.unknown(report.member() + ": " + report.reason());
      case SKIPPED -> ExecutionOutcome.refused(report.reason());
    };
  }
}
