package dev.deployclaw.core.service;

import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.ProgressListener;
import dev.deployclaw.core.journal.RecorderFactory;
import dev.deployclaw.core.planning.HoldableOperationCheck;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.core.planning.PlanningResult;
import dev.deployclaw.core.planning.RequestOrigin;
import dev.deployclaw.core.planning.UnderstoodTask;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.StoreQuestion;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;

/** What a request would do, and why it would wait. Writes nothing, and leaves no log. */
record PlanPreviewer(AgentComponents parts) {
  PlanPreviewReport of(TaskRequest request) throws InterruptedException {
    var recorder =
        new RecorderFactory(parts.ports().unlogged(), parts.settings(), ProgressListener.NONE)
            .begin(TaskOperation.APPLY_POLICIES, false);
    return StoreQuestion.answer(
        () -> answer(request, recorder),
        why -> new PlanPreviewReport.Refused(ExitCode.UNREACHABLE, why));
  }

  private PlanPreviewReport answer(TaskRequest asked, ExecutionRecorder recorder)
      throws InterruptedException {
    return switch (parts.conversations().find(asked)) {
      case ConversationFinder.Lookup.Refused(var _, String reason) ->
          new PlanPreviewReport.Refused(ExitCode.REFUSED, reason);
      case ConversationFinder.Lookup.Ready(TaskRequest request) ->
          answer(parts.plan(request, recorder));
    };
  }

  private PlanPreviewReport answer(UnderstoodTask task) throws InterruptedException {
    var request = task.request();
    return switch (task.result()) {
      case PlanningResult.Ready ready ->
          new PlanPreviewReport.Planned(
              ready.plan(),
              ready.drift(),
              parts.settings().gate().reasons(request.requester(), ready.risks()),
              ready.procedure());
      case PlanningResult.Other(var intent, var demands) ->
          understood(intent, new RequestOrigin(request.requester(), demands));
      case PlanningResult.Inquiry(var question) -> new PlanPreviewReport.Inquiry(question);
      case PlanningResult.Over(ExecutionOutcome ending, var questions) ->
          questions.isEmpty()
              ? new PlanPreviewReport.Refused(ending.exit(), ending.reason())
              : new PlanPreviewReport.NeedsClarification(questions, task.next());
    };
  }

  private PlanPreviewReport understood(Intent intent, RequestOrigin by)
      throws InterruptedException {
    var operation = intent.operation();
    var stuck = HoldableOperationCheck.cannotWait(operation, by.demands());
    if (stuck.isPresent()) {
      return new PlanPreviewReport.Refused(ExitCode.REFUSED, stuck.get());
    }
    List<String> risks =
        switch (operation.waits()) {
          case BEFORE_IT_WRITES -> parts.repairing().held(by);
          case AT_THE_GATE -> parts.rollback().held(by);
          case NOT, ONLY_LOOKS -> List.of();
        };
    return new PlanPreviewReport.Understood(intent, risks);
  }
}
