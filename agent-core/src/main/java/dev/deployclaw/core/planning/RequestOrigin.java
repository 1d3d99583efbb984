package dev.deployclaw.core.planning;

import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;

/**
 * Who asked for something, and why it waits for an approval.
 *
 * @param demands beside the rules of the gate
 */
public record RequestOrigin(String requester, List<ApprovalTrigger> demands) {
  public RequestOrigin {
    demands = List.copyOf(demands);
  }

  /** Of what is asked without words that a planner reads. */
  public static RequestOrigin of(TaskRequest request) {
    return new RequestOrigin(
        request.requester(), request.manual() ? List.of(ApprovalTrigger.byRequest()) : List.of());
  }
}
