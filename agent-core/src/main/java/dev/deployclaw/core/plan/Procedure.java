package dev.deployclaw.core.plan;

import java.util.List;

/**
 * The ordered steps of a skill. The skill chooses the operations and the wording; the kernel owns
 * the order of the phases and refuses a procedure that breaks it.
 *
 * @param skill the skill's name
 * @param sha256 of the SKILL.md that it was loaded from
 */
public record Procedure(String skill, String sha256, List<ProcedureStep> steps) {
  public Procedure {
    steps = List.copyOf(steps);
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
