package dev.deployclaw.core.plan;

import dev.deployclaw.core.task.Operation;

/** Which procedure an operation follows: the skill that serves it, as it was pinned and loaded. */
@FunctionalInterface
public interface Playbook {
  Procedure of(Operation operation);
}
