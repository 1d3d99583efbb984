package dev.deployclaw.core.procedure;

import java.util.List;
import java.util.TreeMap;

/**
 * The ordered steps of a skill. The skill chooses the operations and the wording; the kernel owns
 * the order of the phases and refuses a procedure that breaks it.
 *
 * @param skill the skill's name
 * @param sha256 of what it was loaded from: the skill's folder as it was pinned, or a sheet alone
 * @param allowance what its steps may ask: there is no procedure with a step that asks for more
 */
public record Procedure(
    String skill, String sha256, List<ProcedureStep> steps, SkillAllowance allowance) {
  public Procedure {
    steps = List.copyOf(steps);
    for (var step : steps) {
      for (String operation : step.operations()) {
        if (!allowance.grants(operation)) {
          throw new IllegalArgumentException(
              "skill %s, step %s: %s isn't granted".formatted(skill, step.id(), operation));
        }
      }
    }
  }

  /** One that may use what its steps name. */
  public Procedure(String skill, String sha256, List<ProcedureStep> steps) {
    this(skill, sha256, steps, new SkillAllowance(false, named(steps), new TreeMap<>()));
  }

  /** The same, loaded from a folder of that hash. */
  public Procedure pinned(String folder) {
    return new Procedure(skill, folder, steps, allowance);
  }

  /** What steps ask for, each once. */
  public static List<String> named(List<ProcedureStep> steps) {
    return steps.stream().flatMap(s -> s.operations().stream()).distinct().toList();
  }

  /**
   * @param id a DNS label, unique
   * @param action the sentence in the thought log
   * @param operations in order, for example {@code redis.topology}; kernel operations are {@code
   *     policies.read}, {@code policies.compare}, {@code policies.check}, {@code
   *     checkpoint.create}, {@code change.stage}, {@code change.prepare}, {@code change.gate},
   *     {@code change.commit}, {@code change.publish}, {@code change.converge}, {@code
   *     change.validate}
   * @param before what must be true before, by name ({@code checkpoint}, {@code votes}, …)
   * @param after what must be true after
   * @param checkpoint whether this step makes the checkpoint
   * @param onFailure what follows when it fails
   */
  public record ProcedureStep(
      String id,
      String action,
      List<String> operations,
      List<String> before,
      List<String> after,
      boolean checkpoint,
      OnFailure onFailure) {
    public ProcedureStep {
      operations = List.copyOf(operations);
      before = List.copyOf(before);
      after = List.copyOf(after);
    }
  }

  /** What a failed step leads to. The kernel may be stricter, never laxer. */
  public enum OnFailure {
    WARN,
    ABORT,
    ROLLBACK
  }
}
