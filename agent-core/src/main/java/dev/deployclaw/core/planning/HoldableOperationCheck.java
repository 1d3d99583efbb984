package dev.deployclaw.core.planning;

import dev.deployclaw.core.gate.ApprovalTrigger;
import dev.deployclaw.core.gate.ApprovalTrigger.Source;
import dev.deployclaw.core.task.TaskOperation;
import java.util.List;
import java.util.Optional;

/** What can't wait for an approval is refused where it is asked to, never done at once. */
public final class HoldableOperationCheck {
  private HoldableOperationCheck() {}

  /** Why an operation is refused that is asked to wait; empty where it can wait, or need not. */
  public static Optional<String> cannotWait(
      TaskOperation operation, List<ApprovalTrigger> demands) {
    boolean person = demands.stream().anyMatch(d -> d.source() == Source.REQUEST);
    return switch (operation.waits()) {
      case AT_THE_GATE, BEFORE_IT_WRITES -> Optional.empty();
      case ONLY_LOOKS -> Optional.of(onlyLooks(operation)).filter(_ -> person);
      case NOT ->
          demands.isEmpty()
              ? Optional.empty()
              : Optional.of(person ? changesNothing(operation) : say(operation, demands));
    };
  }

  private static String onlyLooks(TaskOperation operation) {
    return operation.word()
        + " only reads, so there is nothing to approve: ask without an approval";
  }

  private static String changesNothing(TaskOperation operation) {
    return operation.word()
        + " changes no limit, so there is nothing to approve: ask without an approval";
  }

  private static String say(TaskOperation operation, List<ApprovalTrigger> demands) {
    return "%s can't wait for an approval, but would have to: %s; ask for a %s in plain words"
        .formatted(operation.word(), demands.getFirst().why(), operation.word());
  }
}
