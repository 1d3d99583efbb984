package dev.deployclaw.skills.procedure;

import dev.deployclaw.core.procedure.KernelPhaseOrder;
import dev.deployclaw.skills.sheet.DiagnosticCollector;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The order of the phases, which no skill can change: checkpoint, stage, prepare, gate, commit,
 * publish, converge, validate. A procedure that commits has them all; one that repairs has keep,
 * assert and confirm, and none of those.
 */
final class StepOrderCheck {
  private static final String CHECKPOINT = "checkpoint.create";
  private static final Set<String> ACTIVATING =
      Set.of("change.commit", "change.publish", "change.converge", "change.validate");
  private static final Set<String> KERNEL = Set.of("policies", "checkpoint", "change", "repair");

  private StepOrderCheck() {}

  /** One phase operation in the order written. */
  private record Phase(String operation, String step, int line) {}

  static void check(List<StepReader.Read> steps, DiagnosticCollector findings) {
    var phases = new ArrayList<Phase>();
    for (var read : steps) {
      for (String operation : read.step().operations()) {
        known(operation, read.line(), findings);
        if (KernelPhaseOrder.PHASES.contains(operation)) {
          phases.add(new Phase(operation, read.step().id(), read.line()));
        }
      }
      flag(read, findings);
    }
    checkpointFirst(phases, findings);
    ascending(phases, findings);
    complete(phases, findings);
    repairs(steps, phases, findings);
  }

  /** A repair does all of it in its order, and nothing else that writes. */
  private static void repairs(
      List<StepReader.Read> steps, List<Phase> phases, DiagnosticCollector findings) {
    var written = new ArrayList<Phase>();
    for (var read : steps) {
      for (String operation : read.step().operations()) {
        if (KernelPhaseOrder.REPAIR.contains(operation)) {
          written.add(new Phase(operation, read.step().id(), read.line()));
        }
      }
    }
    boolean whole = written.stream().map(Phase::operation).toList().equals(KernelPhaseOrder.REPAIR);
    if (!written.isEmpty() && !(whole && phases.isEmpty())) {
      findings.error(
          written.getFirst().line(),
          "a repair procedure has steps that don't belong to a repair, or lacks some, "
              + "or has them in another order",
          "write exactly " + String.join(", ", KernelPhaseOrder.REPAIR));
    }
  }

  private static void known(String operation, int line, DiagnosticCollector findings) {
    String executor = operation.substring(0, operation.indexOf('.'));
    boolean unknown =
        KERNEL.contains(executor)
            && !writes(operation)
            && !KernelPhaseOrder.JUDGES.contains(operation);
    if (unknown) {
      findings.error(
          line,
          "the kernel has no operation " + operation,
          "use %s, %s, %s"
              .formatted(
                  String.join(", ", KernelPhaseOrder.JUDGES),
                  String.join(", ", KernelPhaseOrder.PHASES),
                  String.join(", ", KernelPhaseOrder.REPAIR)));
    }
  }

  private static boolean writes(String operation) {
    return KernelPhaseOrder.PHASES.contains(operation)
        || KernelPhaseOrder.REPAIR.contains(operation);
  }

  private static void flag(StepReader.Read read, DiagnosticCollector findings) {
    boolean makes = read.step().operations().contains(CHECKPOINT);
    if (makes != read.step().checkpoint()) {
      findings.error(
          read.line(),
          "step " + read.step().id() + (makes ? " makes" : " doesn't make") + " the checkpoint",
          makes ? "say \"checkpoint: true\"" : "drop \"checkpoint: true\" or add " + CHECKPOINT);
    }
  }

  private static void checkpointFirst(List<Phase> phases, DiagnosticCollector findings) {
    for (Phase phase : phases) {
      if (phase.operation().equals(CHECKPOINT)) {
        return;
      }
      if (ACTIVATING.contains(phase.operation())) {
        findings.error(
            phase.line(),
            "step %s activates (%s) without a checkpoint step before it"
                .formatted(phase.step(), phase.operation()),
            "put a step with " + CHECKPOINT + " before it");
        return;
      }
    }
  }

  private static void ascending(List<Phase> phases, DiagnosticCollector findings) {
    for (int i = 1; i < phases.size(); i++) {
      var before = phases.get(i - 1);
      var phase = phases.get(i);
      if (KernelPhaseOrder.PHASES.indexOf(phase.operation())
          <= KernelPhaseOrder.PHASES.indexOf(before.operation())) {
        findings.error(
            phase.line(),
            "step %s has %s after %s"
                .formatted(phase.step(), phase.operation(), before.operation()),
            "keep the order " + String.join(", ", KernelPhaseOrder.PHASES));
      }
    }
  }

  private static void complete(List<Phase> phases, DiagnosticCollector findings) {
    var written = phases.stream().map(Phase::operation).toList();
    for (Phase phase : phases) {
      if (!ACTIVATING.contains(phase.operation())) {
        continue;
      }
      var missing = KernelPhaseOrder.PHASES.stream().filter(p -> !written.contains(p)).toList();
      if (!missing.isEmpty()) {
        findings.error(
            phase.line(),
            "a procedure that activates lacks " + String.join(", ", missing),
            "write all of " + String.join(", ", KernelPhaseOrder.PHASES));
      }
      return;
    }
  }
}
