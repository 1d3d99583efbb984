package dev.deployclaw.container.intake;

import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.service.ChangeService;
import dev.deployclaw.core.task.TaskRequest;
import java.util.List;

/**
 * Says what became of tasks that were accepted and never begun: their logs end as aborted. Those
 * that were begun are recovered like any other change.
 */
public record UnfinishedTasks(AcceptedTaskStore accepted, Journal journal) {

  /** Whether a task is kept, or was begun; else what was accepted is lost. */
  boolean knows(String execution) {
    return accepted.holds(execution) || !journal.read(execution).isEmpty();
  }

  /** A job is over, however it ended. */
  public void ended(String execution) {
    if (!execution.isEmpty()) {
      accepted.drop(execution);
    }
  }

  /** What was accepted and hasn't ended. */
  public List<TaskRequest> left() {
    return accepted.left();
  }

  public void decline(List<TaskRequest> requests, ChangeService changeService, String why)
      throws InterruptedException {
    for (var request : requests) {
      String execution = request.execution().orElseThrow();
      if (journal.read(execution).isEmpty()) {
        var _ = changeService.decline(request, why + "; nothing was changed, ask again");
      }
      accepted.drop(execution);
    }
  }
}
