package dev.deployclaw.core.planning;

import dev.deployclaw.core.journal.ExecutionRecorder;
import dev.deployclaw.core.journal.LogEntryContent;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.LogEntry.Status;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import dev.deployclaw.core.machine.AbortCause;
import dev.deployclaw.core.machine.ChangeEvent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.FollowedSkill;
import dev.deployclaw.core.procedure.Procedure;
import dev.deployclaw.core.procedure.ProcedureRegistry;
import dev.deployclaw.core.procedure.ProcedureRegistry.Activated;
import dev.deployclaw.core.procedure.SkillRefusal;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.task.TaskOperation;
import java.util.Optional;

/**
 * Whether the skill that an execution follows is what was pinned: looked at before its steps run,
 * and once more when a change that waited goes on. What is refused stands in the execution's log.
 */
public record SkillPinCheck(ProcedureRegistry procedures) {
  /** Takes the skill of an operation; a refusal is told. */
  public Activated activate(TaskOperation operation, ExecutionRecorder recorder) {
    var activated = procedures.activate(operation);
    if (activated instanceof Activated.Refused(SkillRefusal refusal)) {
      tell(Phase.PLAN, refusal, recorder);
    }
    return activated;
  }

  /** The same, where the procedure isn't needed: how it ends, where it is refused. */
  public Optional<ExecutionOutcome> refuses(TaskOperation operation, ExecutionRecorder recorder) {
    return activate(operation, recorder) instanceof Activated.Refused(SkillRefusal refusal)
        ? Optional.of(ending(refusal))
        : Optional.empty();
  }

  public static ExecutionOutcome ending(SkillRefusal refusal) {
    return ExecutionOutcome.refused(refusal.text());
  }

  /**
   * For looks that are no execution, such as the rounds of watching: a skill that is refused blinds
   * nobody, so the one that was taken before looks on.
   */
  public static Procedure latest(ProcedureRegistry procedures, TaskOperation operation) {
    return procedures.activate(operation) instanceof Activated.Ready(Procedure procedure)
        ? procedure
        : procedures.of(operation);
  }

  /**
   * Why a change that waited must not go on: its skill changed and wasn't pinned, or is pinned as
   * another than the one that its plan was made of.
   */
  public Optional<ChangeEvent.Stopped> again(ChangeExecution x, ExecutionRecorder recorder) {
    var operation = x.followed().map(FollowedSkill::operation).flatMap(TaskOperation::ofWord);
    return operation.isEmpty()
        ? Optional.empty()
        : again(x.followed().get(), procedures.activate(operation.get()), recorder);
  }

  private static Optional<ChangeEvent.Stopped> again(
      FollowedSkill then, Activated now, ExecutionRecorder recorder) {
    return switch (now) {
      case Activated.Refused(SkillRefusal refusal) -> {
        tell(Phase.GATE, refusal, recorder);
        yield Optional.of(new ChangeEvent.Stopped(AbortCause.SKILL_REFUSED, refusal.text()));
      }
      case Activated.Ready(Procedure procedure) ->
          then.skill().equals(procedure.skill()) && then.sha256().equals(procedure.sha256())
              ? Optional.empty()
              : Optional.of(new ChangeEvent.Stopped(AbortCause.STALE, moved(then, procedure)));
    };
  }

  private static String moved(FollowedSkill then, Procedure now) {
    return ("guard skill: observed %s of %s, expected %s of %s: the skill was pinned again "
            + "after the plan was made; ask again")
        .formatted(now.skill(), now.sha256(), then.skill(), then.sha256());
  }

  private static void tell(Phase phase, SkillRefusal refusal, ExecutionRecorder recorder) {
    var entry =
        new LogEntryContent(refusal.text(), Status.ERROR, refusal.facts())
            .deciding(RecordedDecision.by(Name.REFUSE, "skill"));
    recorder.tell(phase, "Refusing a skill", entry);
  }

  /** For what a change is opened with. */
  public static FollowedSkill followed(TaskOperation operation, Procedure procedure) {
    return new FollowedSkill(operation.word(), procedure.skill(), procedure.sha256());
  }
}
