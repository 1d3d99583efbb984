package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.ApprovalDemand;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;

/**
 * Who asked for something, and why it waits for an approval.
 *
 * @param demands beside the rules of the gate
 */
record RequestOrigin(String requester, List<ApprovalDemand> demands) {
  RequestOrigin {
    demands = List.copyOf(demands);
  }

  /** Of what is asked without words that a planner reads. */
  static RequestOrigin of(TaskRequest request) {
    return new RequestOrigin(
        request.requester(), request.manual() ? List.of(ApprovalDemand.byRequest()) : List.of());
  }
}
