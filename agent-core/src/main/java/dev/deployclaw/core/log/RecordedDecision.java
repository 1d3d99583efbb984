package dev.deployclaw.core.log;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What was decided, and by which rule: one of a closed list, so that a reader who has only the log
 * can check what it rests on.
 *
 * @param rule its id; at the gate the name of a rule, which may be one of the configuration
 * @param policies from which policies to which it leads; empty where it leads to no others
 */
public record RecordedDecision(Name name, String rule, Optional<Policies> policies) {

  public RecordedDecision {
    if (rule.isEmpty() || !(name.rules().isEmpty() || name.rules().contains(rule))) {
      throw new IllegalArgumentException(name.word() + " isn't decided by rule \"" + rule + '"');
    }
  }

  /** One that leads to no other policies. */
  public static RecordedDecision by(Name name, String rule) {
    return new RecordedDecision(name, rule, Optional.empty());
  }

  /** The same, leading from a policy set to another. */
  public RecordedDecision leading(Policies to) {
    return new RecordedDecision(name, rule, Optional.of(to));
  }

  /**
   * Two policy sets by their digests.
   *
   * @param before empty for none
   * @param after empty for none
   */
  public record Policies(String before, String after) {}

  /** All that is decided. */
  public enum Name {
    /** What is to be done, of what was looked at. */
    PLAN,
    SCHEDULE,
    UNSCHEDULE,
    REFUSE,
    OPEN,
    CHECKPOINT,
    STAGE,
    VOTES,
    HOLD,
    APPROVE,
    PASS,
    WIDEN,
    BAKE,
    WITHDRAW,
    COMMIT,
    PUBLISH,
    CONVERGE,
    SOAK,
    PROVE,
    COMPLETE,
    /** That a change is gone back from. */
    UNDO,
    PUT_BACK,
    FAIL,
    ABORT,
    DISCARD,
    /** The verdict on a change that was watched. */
    WATCH,
    /** What becomes of what another agent left behind. */
    RECOVER,
    COLLECT,
    /** That what opens no change waits for an approval. */
    AWAIT,
    /** That it may begin, by a person's word. */
    AUTHORIZE,
    REPAIR,
    REASSERT,
    /** That a state store that was restored is the truth. */
    ACCEPT,
    END;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Empty where this version knows none of that name. */
    public static Optional<Name> ofWord(String word) {
      return Stream.of(values()).filter(name -> name.word().equals(word)).findFirst();
    }

    /** The rules by which it is made; none where it says itself by which: any may stand there. */
    public List<String> rules() {
      return switch (this) {
        case PLAN -> List.of("change", "way-back", "accepted-state");
        case SCHEDULE -> List.of("start-at");
        case UNSCHEDULE -> List.of("taken-off");
        case REFUSE -> List.of("request", "skill", "approver");
        case OPEN -> List.of("forward", "rollback", "compensation");
        case CHECKPOINT -> List.of("stored", "pending");
        case STAGE -> List.of("nobody-acts");
        case VOTES -> List.of("all", "without-absent");
        case APPROVE, AUTHORIZE -> List.of("approver");
        case WIDEN -> List.of("first-cohort", "watched");
        case BAKE, SOAK -> List.of("validated");
        case WITHDRAW -> List.of("refused", "stopped", "overtaken");
        case COMMIT -> List.of("at-once", "watched");
        case PUBLISH -> List.of("everybody-took-it", "persons-word");
        case CONVERGE -> List.of("everybody-acts", "persons-word");
        case PROVE -> List.of("validated", "watched");
        case COMPLETE -> List.of("collected");
        case UNDO -> List.of("refused");
        case PUT_BACK -> List.of("compensation", "withdrawn", "persons-word");
        case FAIL -> List.of("way-back-refused", "not-put-back", "overtaken");
        case DISCARD -> List.of("nothing-left", "left-behind");
        case WATCH -> List.of("passed", "failed");
        case RECOVER -> List.of("presumed-aborted", "roll-forward", "go-on", "overtaken");
        case COLLECT -> List.of("needed-by-nobody");
        case REPAIR -> List.of("committed-again");
        case REASSERT -> List.of("what-was-lost");
        case ACCEPT -> List.of("persons-word");
        case HOLD, PASS, ABORT, AWAIT, END -> List.of();
      };
    }

    /** Whether it moves a change; all else is decided between two moves. */
    public boolean moves() {
      return switch (this) {
        case OPEN, CHECKPOINT, STAGE, VOTES, HOLD, APPROVE, PASS, WIDEN, BAKE, WITHDRAW -> true;
        case COMMIT, PUBLISH, CONVERGE, SOAK, PROVE, COMPLETE, UNDO, PUT_BACK -> true;
        case FAIL, ABORT, DISCARD -> true;
        case PLAN, SCHEDULE, UNSCHEDULE, REFUSE, WATCH, RECOVER, COLLECT -> false;
        case AWAIT, AUTHORIZE, REPAIR, REASSERT, ACCEPT, END -> false;
      };
    }
  }
}
