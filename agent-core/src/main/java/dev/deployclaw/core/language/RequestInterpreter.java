package dev.deployclaw.core.language;

import dev.deployclaw.core.task.TaskRequest;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Understands a request. It proposes only: the kernel checks and carries out. Pure: the same
 * request and inventory give the same interpretation. It sees typed names, never live text of the
 * estate.
 */
@FunctionalInterface
public interface RequestInterpreter {
  /** What it means, whether a plan of it waits for an approval, and what the log says of that. */
  InterpretedRequest interpret(TaskRequest request, NameInventory inventory);

  /** Whether a text may be understood as a question about the estate; asked before it is read. */
  default boolean mayAsk(String text) {
    return false;
  }

  /** The zone of times that name none. */
  default ZoneId zone() {
    return ZoneOffset.UTC;
  }
}
