package dev.deployclaw.core.procedure;

import dev.deployclaw.core.task.TaskOperation;

/** Which procedure an operation follows: the skill that serves it, as it was pinned and loaded. */
@FunctionalInterface
public interface ProcedureRegistry {
  /** As it was last taken; nothing is looked at. */
  Procedure of(TaskOperation operation);

  /**
   * Looks whether the skill still is what was pinned: asked for each execution, before any of its
   * steps runs. One that was pinned again since is taken from then on.
   */
  default Activated activate(TaskOperation operation) {
    return new Activated.Ready(of(operation));
  }

  /** Whether a skill may be followed. */
  sealed interface Activated {
    record Ready(Procedure procedure) implements Activated {}

    record Refused(SkillRefusal refusal) implements Activated {}
  }
}
