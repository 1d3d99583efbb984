package dev.deployclaw.container.intake;

import dev.deployclaw.core.task.TaskRequest;

/** Work that waits for the agent. */
public sealed interface QueuedTask {
  /** Its execution; empty for none. */
  String execution();

  /** Each lane has places of its own: one can't fill another's. */
  enum Lane {
    TASK,
    DECISION,
    ROLLBACK
  }

  default Lane lane() {
    return switch (this) {
      case Run _, ScheduledStart _, Recovery _ -> Lane.TASK;
      case Decision _ -> Lane.DECISION;
      case Rollback _ -> Lane.ROLLBACK;
    };
  }

  record Run(String execution, TaskRequest request) implements QueuedTask {}

  /**
   * A rollback.
   *
   * @param undoes the execution whose change is undone, or {@code last}
   */
  record Rollback(String execution, String undoes, TaskRequest request) implements QueuedTask {}

  /** A person's decision on a held change. */
  record Decision(ApprovalDecision decision) implements QueuedTask {
    @Override
    public String execution() {
      return decision.execution();
    }
  }

  /** A scheduled change that is due. */
  record ScheduledStart(String execution) implements QueuedTask {}

  /** Finishes the work of an agent that died. */
  record Recovery() implements QueuedTask {
    @Override
    public String execution() {
      return "";
    }
  }
}
