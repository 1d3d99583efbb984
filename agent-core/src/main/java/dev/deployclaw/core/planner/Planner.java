package dev.deployclaw.core.planner;

import dev.deployclaw.core.task.TaskRequest;

/**
 * Understands a request. It proposes only: the kernel checks and carries out. Pure: the same
 * request and inventory give the same interpretation. It sees typed names, never live text of the
 * estate.
 */
@FunctionalInterface
public interface Planner {
  Interpretation interpret(TaskRequest request, Inventory inventory);

  /** The same, with what the log is to say of it. */
  default Understanding understand(TaskRequest request, Inventory inventory) {
    return Understanding.plain(interpret(request, inventory));
  }
}
