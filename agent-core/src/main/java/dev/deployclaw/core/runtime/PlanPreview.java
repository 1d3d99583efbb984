package dev.deployclaw.core.runtime;

import dev.deployclaw.core.spi.StateStore.Unreachable;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.Operation;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;

/** What a request would do, and why it would wait. Writes nothing, and leaves no log. */
final class PlanPreview {
  private final Architect architect;
  private final Ports ports;
  private final Settings settings;

  PlanPreview(Architect architect, Ports ports, Settings settings) {
    this.architect = architect;
    this.ports = ports;
    this.settings = settings;
  }

  PlanAnswer of(TaskRequest request) throws InterruptedException {
    try {
      var story =
          new Stories(ports.unlogged(), settings, Progress.NONE)
              .begin(Operation.APPLY_POLICIES, false);
      return answer(architect.draft(request, story), request);
    } catch (Unreachable e) {
      return new PlanAnswer.Refused(ExitCode.UNREACHABLE, Leading.reason(e));
    }
  }

  private PlanAnswer answer(Draft draft, TaskRequest request) throws InterruptedException {
    return switch (draft) {
      case Draft.Ready ready ->
          new PlanAnswer.Planned(
              ready.plan(),
              ready.drift(),
              settings.gate().reasons(request.requester(), ready.risks()),
              ready.procedure());
      case Draft.Other(var intent, var demands) ->
          understood(intent, new RequestOrigin(request.requester(), demands));
      case Draft.Over(Ending ending, List<String> questions) ->
          questions.isEmpty()
              ? new PlanAnswer.Refused(ending.exit(), ending.reason())
              : new PlanAnswer.NeedsClarification(questions);
    };
  }

  private PlanAnswer understood(Intent intent, RequestOrigin by) throws InterruptedException {
    var operation = intent.operation();
    var stuck = ApprovalCheck.cannotWait(operation, by.demands());
    if (stuck.isPresent()) {
      return new PlanAnswer.Refused(ExitCode.REFUSED, stuck.get());
    }
    List<String> risks =
        switch (operation.waits()) {
          case BEFORE_IT_WRITES -> architect.repairing().held(by);
          case AT_THE_GATE -> architect.wayBack().held(by);
          case NOT, ONLY_LOOKS -> List.of();
        };
    return new PlanAnswer.Understood(intent, risks);
  }
}
