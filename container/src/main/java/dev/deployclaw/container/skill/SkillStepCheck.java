package dev.deployclaw.container.skill;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.call.ExecutorRegistry;
import dev.deployclaw.core.procedure.KernelPhaseOrder;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.ProcedureRegistry;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.task.TaskOperation;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Whether each step of a skill can be carried out by the executors that there are.
 *
 * @param all of the product and of plugins
 */
public record SkillStepCheck(ExecutorRegistry all) {
  /** Why steps can't be carried out; empty where all can. */
  public List<String> unperformed(Procedure procedure) {
    return procedure.steps().stream()
        .flatMap(step ->
            step.operations().stream()
                .flatMap(asked -> refusal(asked).stream())
                .map(why -> "skill %s, step %s: ".formatted(procedure.skill(), step.id()) + why))
        .distinct()
        .toList();
  }

  /** Of every skill that an operation follows. */
  public void check(ProcedureRegistry procedures) throws SetupException {
    Set<String> problems = new LinkedHashSet<>();
    for (var operation : TaskOperation.values()) {
      problems.addAll(unperformed(procedures.of(operation)));
    }
    if (!problems.isEmpty()) {
      throw new SetupException(String.join("\n", problems));
    }
  }

  private Optional<String> refusal(String operation) {
    boolean kernels = operation.startsWith("policies.") || KernelPhaseOrder.activates(operation);
    String verb = operation.substring(operation.indexOf('.') + 1);
    boolean look = !BackendExecutor.PARTICIPANT_VERBS.contains(verb);
    return kernels || (all.knows(operation) && look)
        ? Optional.empty()
        : Optional.of(
            "no executor performs "
                + operation
                + "; correct its name, or admit the plugin that has it under plugins "
                + "in the configuration");
  }
}
