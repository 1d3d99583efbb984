package dev.deployclaw.container.mcp;

import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.intake.TaskSubmission;
import dev.deployclaw.container.query.ExecutionQueries;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How tools reach the agent: in its process, or by commands. Documents are logs' documents. */
public interface AgentGateway {
  String LAST = "last";

  /** Through which a caller's words go first. */
  TextMask mask();

  /** Runs a command that changes nothing. */
  CommandCaller.Ended look(String caller, List<String> arguments);

  /** Hands a task in, and gives its document once it rests, or as far as it came in time. */
  Map<String, Object> carryOut(TaskSubmission task, TaskWait wait) throws InterruptedException;

  /** Waits for an execution; empty where there is none. */
  Optional<Map<String, Object>> await(String execution, TaskWait wait) throws InterruptedException;

  /**
   * Newest first.
   *
   * @param after begin behind this execution
   */
  ExecutionQueries.Page executions(Optional<String> after);

  /** Counts a call that its caller's roles don't open, and tells of it. */
  default void roleMissing(String caller) {}
}
