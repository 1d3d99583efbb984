package dev.deployclaw.core.runtime;

import dev.deployclaw.core.log.Decision;
import dev.deployclaw.core.log.Decision.Name;
import dev.deployclaw.core.log.Thought.Phase;
import dev.deployclaw.core.log.Thought.Status;
import dev.deployclaw.core.machine.Cause;
import dev.deployclaw.core.machine.Event;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.machine.Followed;
import dev.deployclaw.core.plan.Playbook;
import dev.deployclaw.core.plan.Playbook.Activated;
import dev.deployclaw.core.plan.Procedure;
import dev.deployclaw.core.plan.SkillRefusal;
import dev.deployclaw.core.task.Operation;
import java.util.Optional;

/**
 * Whether the skill that an execution follows is what was pinned: looked at before its steps run,
 * and once more when a change that waited goes on. What is refused stands in the execution's log.
 */
final class SkillCheck {
  private final Playbook playbook;

  SkillCheck(Playbook playbook) {
    this.playbook = playbook;
  }

  /** Takes the skill of an operation; a refusal is told. */
  Activated activate(Operation operation, Story story) {
    var activated = playbook.activate(operation);
    if (activated instanceof Activated.Refused(SkillRefusal refusal)) {
      tell(Phase.PLAN, refusal, story);
    }
    return activated;
  }

  /** The same, where the procedure isn't needed: how it ends, where it is refused. */
  Optional<Ending> refuses(Operation operation, Story story) {
    return activate(operation, story) instanceof Activated.Refused(SkillRefusal refusal)
        ? Optional.of(ending(refusal))
        : Optional.empty();
  }

  static Ending ending(SkillRefusal refusal) {
    return new Ending(Result.REFUSED, ExitCode.REFUSED, refusal.text());
  }

  /**
   * For looks that are no execution, such as the rounds of watching: a skill that is refused blinds
   * nobody, so the one that was taken before looks on.
   */
  static Procedure latest(Playbook playbook, Operation operation) {
    return playbook.activate(operation) instanceof Activated.Ready(Procedure procedure)
        ? procedure
        : playbook.of(operation);
  }

  /**
   * Why a change that waited must not go on: its skill changed and wasn't pinned, or is pinned as
   * another than the one that its plan was made of.
   */
  Optional<Event.Stopped> again(Execution x, Story story) {
    var operation = x.followed().map(Followed::operation).flatMap(Operation::ofWord);
    return operation.isEmpty()
        ? Optional.empty()
        : again(x.followed().get(), playbook.activate(operation.get()), story);
  }

  private static Optional<Event.Stopped> again(Followed then, Activated now, Story story) {
    return switch (now) {
      case Activated.Refused(SkillRefusal refusal) -> {
        tell(Phase.GATE, refusal, story);
        yield Optional.of(new Event.Stopped(Cause.SKILL_REFUSED, refusal.text()));
      }
      case Activated.Ready(Procedure procedure) ->
          then.skill().equals(procedure.skill()) && then.sha256().equals(procedure.sha256())
              ? Optional.empty()
              : Optional.of(new Event.Stopped(Cause.STALE, moved(then, procedure)));
    };
  }

  private static String moved(Followed then, Procedure now) {
    return "guard skill: observed %s of %s, expected %s of %s: the skill was pinned anew since it was planned; ask again"
        .formatted(now.skill(), now.sha256(), then.skill(), then.sha256());
  }

  private static void tell(Phase phase, SkillRefusal refusal, Story story) {
    var telling =
        new Telling(refusal.text(), Status.ERROR, refusal.facts())
            .deciding(Decision.by(Name.REFUSE, "skill"));
    story.tell(phase, "Refusing a skill", telling);
  }

  /** For what a change is opened with. */
  static Followed followed(Operation operation, Procedure procedure) {
    return new Followed(operation.word(), procedure.skill(), procedure.sha256());
  }
}
