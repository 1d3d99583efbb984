package dev.deployclaw.core.service;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.freeze.FreezeRecord;
import dev.deployclaw.core.freeze.KillSwitch;
import dev.deployclaw.core.freeze.KillSwitch.Turn;
import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.journal.chain.ExecutionFinisher;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.RequestOutcome;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;
import java.util.Optional;

/** Freezes and thaws for people: the kill switch, and a log of who turned it. */
record FreezeService(AgentPorts ports, RecorderFactory recorders, ExecutionFinisher finisher) {
  RequestOutcome freeze(TaskRequest request, String reason) throws InterruptedException {
    var freeze = new FreezeRecord(request.requester(), reason, ports.time().instant().toString());
    return turn(
        request,
        () ->
            switch (killSwitch().freeze(freeze)) {
              case Turn.Turned(_) -> ExecutionOutcome.completed("frozen " + freeze.sentence());
              case Turn.Already(var there) ->
                  ExecutionOutcome.noChange(
                      "frozen already " + there.map(FreezeRecord::sentence).orElse(""));
              case Turn.Unknown(String why) -> unknown(why);
            });
  }

  RequestOutcome thaw(TaskRequest request) throws InterruptedException {
    return turn(
        request,
        () ->
            switch (killSwitch().thaw()) {
              case Turn.Turned(var before) ->
                  ExecutionOutcome.completed(
                      "thawed" + before.map(f -> "; it was frozen " + f.sentence()).orElse(""));
              case Turn.Already(_) -> ExecutionOutcome.noChange("nothing was frozen");
              case Turn.Unknown(String why) -> unknown(why);
            });
  }

  /** The log is written after the switch is turned: nothing may delay it. */
  private RequestOutcome turn(TaskRequest request, InterruptibleSupplier<ExecutionOutcome> hand)
      throws InterruptedException {
    boolean reached = true;
    ExecutionOutcome ending;
    try {
      ending = hand.get();
    } catch (Unreachable e) {
      reached = false;
      ending = ExecutionOutcome.unreachable(StoreQuestion.reason(e));
    }
    var recorder = begin(request, reached);
    recorder.asked(request);
    var status = ending.exit() == ExitCode.OK ? Status.OK : Status.WARNING;
    recorder.tell(
        Phase.FINISH, "Turning the kill switch", new LogEntryContent(ending.reason(), status));
    return finisher.end(recorder, ending, Optional.empty(), List.of());
  }

  /** What was turned is turned, even if the store is away by now. */
  private ExecutionRecorder begin(TaskRequest request, boolean reached)
      throws InterruptedException {
    try {
      return recorders.begin(request, TaskOperation.APPLY_POLICIES, reached);
    } catch (Unreachable e) {
      return recorders.begin(request, TaskOperation.APPLY_POLICIES, false);
    }
  }

  private static ExecutionOutcome unknown(String why) {
    return ExecutionOutcome.unknown(
        "the state of the kill switch is unknown: " + why + "; see status");
  }

  private KillSwitch killSwitch() {
    return new KillSwitch(ports.state());
  }
}
