package dev.deployclaw.core.machine;

import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import java.util.List;

/**
 * On which earlier decisions each decision rests, where they were made: the order of the protocol,
 * as the log proves it. What was found since the last decision comes to it by itself. Pure; any
 * thread.
 */
public final class DecisionPrerequisites {
  private DecisionPrerequisites() {}

  /** By name; the last of each counts. An end rests on the last decision. */
  public static List<Name> of(RecordedDecision decision) {
    return switch (decision.name()) {
      case OPEN ->
          decision.rule().equals(ChangeKind.COMPENSATION.word())
              ? List.of(Name.UNDO)
              : List.of(Name.PLAN, Name.SCHEDULE);
      case CHECKPOINT -> List.of(Name.OPEN);
      case STAGE -> List.of(Name.CHECKPOINT, Name.APPROVE);
      case VOTES -> List.of(Name.STAGE);
      case HOLD -> List.of(Name.OPEN, Name.CHECKPOINT, Name.VOTES);
      case APPROVE -> List.of(Name.HOLD);
      case PASS -> List.of(Name.OPEN, Name.CHECKPOINT, Name.VOTES, Name.APPROVE);
      case WIDEN, COMMIT ->
          List.of(
              Name.OPEN,
              Name.CHECKPOINT,
              Name.VOTES,
              Name.APPROVE,
              Name.PASS,
              Name.BAKE,
              Name.WATCH);
      case BAKE -> List.of(Name.WIDEN);
      case WITHDRAW -> List.of(Name.WIDEN, Name.BAKE, Name.WATCH);
      case PUBLISH -> List.of(Name.COMMIT);
      case CONVERGE -> List.of(Name.PUBLISH);
      case SOAK -> List.of(Name.CONVERGE);
      case PROVE -> List.of(Name.CONVERGE, Name.SOAK, Name.WATCH);
      case COMPLETE -> List.of(Name.PROVE, Name.COLLECT);
      case UNDO -> List.of(Name.COMMIT, Name.WATCH);
      case PUT_BACK -> List.of(Name.UNDO, Name.WITHDRAW, Name.COMPLETE);
      case FAIL -> List.of(Name.COMMIT, Name.UNDO, Name.WITHDRAW);
      case ABORT -> List.of(Name.OPEN, Name.HOLD, Name.RECOVER, Name.REFUSE);
      case DISCARD -> List.of(Name.ABORT);
      case WATCH -> List.of(Name.BAKE, Name.SOAK);
      case COLLECT -> List.of(Name.PROVE);
      case SCHEDULE -> List.of(Name.PLAN);
      case UNSCHEDULE -> List.of(Name.SCHEDULE);
      case REFUSE -> List.of(Name.HOLD, Name.AWAIT);
      case AUTHORIZE -> List.of(Name.AWAIT);
      case REPAIR -> List.of(Name.AUTHORIZE);
      case PLAN, RECOVER, AWAIT, REASSERT, ACCEPT, END -> List.of();
    };
  }

  /** Whether it also rests on what those rest on: what gives somebody new limits names it all. */
  public static boolean allTheWay(Name name) {
    return name == Name.WIDEN || name == Name.COMMIT;
  }
}
