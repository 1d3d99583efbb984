package dev.deployclaw.core.journal;

import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.procedure.Procedure;
import java.util.Optional;

/** Which step of a procedure a phase of the change is reported under. */
record PhaseStepMapping(Procedure procedure) {
  /** From 1; empty for a phase that belongs to whatever step is under way. */
  Optional<Integer> step(Phase phase) {
    return switch (phase) {
      case OPEN, CHECKPOINT -> of("checkpoint.create");
      case STAGE -> of("change.stage");
      case PREPARE -> of("change.prepare");
      case GATE -> of("change.gate");
      case COMMIT -> of("change.commit");
      case PUBLISH -> of("change.publish");
      case CONVERGE -> of("change.converge");
      case VALIDATE -> of("change.validate");
      case ROLLBACK -> Optional.of(procedure.steps().size() + 1);
      case REQUEST, END -> Optional.of(0);
      case PLAN, BAKE, FINISH -> Optional.empty();
    };
  }

  /** The sentence of a step. */
  String action(int step) {
    int steps = procedure.steps().size();
    return step >= 1 && step <= steps
        ? procedure.steps().get(step - 1).action()
        : step > steps ? "Rolling back" : "";
  }

  private Optional<Integer> of(String operation) {
    for (int i = 0; i < procedure.steps().size(); i++) {
      if (procedure.steps().get(i).operations().contains(operation)) {
        return Optional.of(i + 1);
      }
    }
    return Optional.empty();
  }
}
