package dev.deployclaw.core.procedure;

import java.util.List;
import java.util.Optional;

/**
 * The order of the phases, which belongs to the kernel. The loader of a procedure may have checked
 * it; it is checked here again, because here it is acted on.
 */
public final class KernelPhaseOrder {
  /** What a change does, in order. */
  public static final List<String> PHASES =
      List.of(
          ("checkpoint.create change.stage change.prepare change.gate change.commit"
                  + " change.publish change.converge change.validate")
              .split(" ", -1));

  /** What a repair does: keep what is there, put back what is committed, read it back. */
  public static final List<String> REPAIR =
      List.of("repair.keep", "repair.assert", "repair.confirm");

  /** What the kernel reads and judges by itself. */
  public static final List<String> JUDGES =
      List.of("policies.read", "policies.compare", "policies.check");

  private KernelPhaseOrder() {}

  /** Whether an operation is the kernel's own: a phase, or one that reads or judges policies. */
  public static boolean has(String operation) {
    return activates(operation) || JUDGES.contains(operation);
  }

  /** Whether an operation writes, or belongs to a phase that does. */
  public static boolean activates(String operation) {
    return PHASES.contains(operation) || REPAIR.contains(operation);
  }

  /** What is wrong with a procedure that is to repair; empty when nothing is. */
  public static Optional<String> repairFault(Procedure procedure) {
    var operations = procedure.steps().stream().flatMap(s -> s.operations().stream()).toList();
    var found = operations.stream().filter(KernelPhaseOrder::activates).toList();
    if (!found.equals(REPAIR)) {
      return Optional.of(
          "procedure %s is refused: a repair does exactly %s"
              .formatted(procedure.skill(), String.join(", ", REPAIR)));
    }
    return operations.contains("policies.compare")
        ? lateLook(procedure)
        : Optional.of(
            "procedure " + procedure.skill() + " is refused: it repairs without policies.compare");
  }

  /** What is wrong with a procedure that is to activate something; empty when nothing is. */
  public static Optional<String> fault(Procedure procedure) {
    var found =
        procedure.steps().stream()
            .flatMap(s -> s.operations().stream())
            .filter(KernelPhaseOrder::activates)
            .toList();
    if (found.equals(PHASES)) {
      return lateLook(procedure);
    }
    String why =
        found.indexOf("checkpoint.create") > 0 || !found.contains("checkpoint.create")
            ? "it activates without a checkpoint step before"
            : "its phases must be exactly " + String.join(", ", PHASES);
    return Optional.of("procedure " + procedure.skill() + " is refused: " + why);
  }

  /** Observing after the checkpoint would not be what the plan was made from. */
  private static Optional<String> lateLook(Procedure procedure) {
    boolean writes = false;
    for (var step : procedure.steps()) {
      for (String operation : step.operations()) {
        writes |= activates(operation);
        if (writes && !activates(operation)) {
          return Optional.of(
              "procedure " + procedure.skill() + " is refused: " + operation + " comes too late");
        }
      }
    }
    return Optional.empty();
  }
}
