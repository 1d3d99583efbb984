package dev.deployclaw.core.task;

import java.util.Arrays;
import java.util.Optional;

/** What a request can ask for. */
public enum TaskOperation {
  SET_LIMIT("set-limit", Waits.AT_THE_GATE),
  SCALE_LIMIT("scale-limit", Waits.AT_THE_GATE),
  SET_MODE("set-mode", Waits.AT_THE_GATE),
  BLOCK("block", Waits.AT_THE_GATE),
  UNBLOCK("unblock", Waits.AT_THE_GATE),
  REMOVE_LIMIT("remove-limit", Waits.AT_THE_GATE),
  COPY_POLICY("copy-policy", Waits.AT_THE_GATE),
  APPLY_POLICIES("apply-policies", Waits.AT_THE_GATE),
  RESOLVE_CONFLICTS("resolve-conflicts", Waits.AT_THE_GATE),
  ROLLBACK("rollback", Waits.AT_THE_GATE),
  REPAIR_DRIFT("repair-drift", Waits.BEFORE_IT_WRITES),
  SNAPSHOT("snapshot", Waits.NOT),
  CHECK_DRIFT("check-drift", Waits.ONLY_LOOKS),
  SCAN("scan", Waits.ONLY_LOOKS),
  VALIDATE("validate", Waits.ONLY_LOOKS);

  /** How an approval that is asked for is obeyed. */
  public enum Waits {
    /** It is a change, which waits staged and voted on. */
    AT_THE_GATE,
    /** It opens no change, and waits before anything is written. */
    BEFORE_IT_WRITES,
    /** It changes no limit and can't wait: it is refused where it is asked to. */
    NOT,
    /** It writes nothing: it is refused where a person asks that it waits. */
    ONLY_LOOKS
  }

  private final String word;
  private final Waits waits;

  TaskOperation(String word, Waits waits) {
    this.word = word;
    this.waits = waits;
  }

  public String word() {
    return word;
  }

  public Waits waits() {
    return waits;
  }

  /** Whether it edits policies of tenants that are said; such may stand together in one request. */
  public boolean editsTenants() {
    return switch (this) {
      case SET_LIMIT, SCALE_LIMIT, SET_MODE, BLOCK, UNBLOCK, REMOVE_LIMIT, COPY_POLICY -> true;
      case APPLY_POLICIES, RESOLVE_CONFLICTS, ROLLBACK, REPAIR_DRIFT -> false;
      case SNAPSHOT, CHECK_DRIFT, SCAN, VALIDATE -> false;
    };
  }

  /** Whether it may change what is enforced. */
  public boolean changes() {
    return waits == Waits.AT_THE_GATE || waits == Waits.BEFORE_IT_WRITES;
  }

  public static Optional<TaskOperation> ofWord(String word) {
    return Arrays.stream(values()).filter(o -> o.word.equals(word)).findFirst();
  }
}
