package dev.deployclaw.core.task;

import java.util.Arrays;
import java.util.Optional;

/** What a request can ask for. */
public enum Operation {
  SET_LIMIT("set-limit", true),
  SCALE_LIMIT("scale-limit", true),
  SET_MODE("set-mode", true),
  BLOCK("block", true),
  UNBLOCK("unblock", true),
  REMOVE_LIMIT("remove-limit", true),
  COPY_POLICY("copy-policy", true),
  APPLY_POLICIES("apply-policies", true),
  RESOLVE_CONFLICTS("resolve-conflicts", true),
  REPAIR_DRIFT("repair-drift", true),
  ROLLBACK("rollback", true),
  CHECK_DRIFT("check-drift", false),
  SCAN("scan", false),
  VALIDATE("validate", false),
  SNAPSHOT("snapshot", false);

  private final String word;
  private final boolean changes;

  Operation(String word, boolean changes) {
    this.word = word;
    this.changes = changes;
  }

  public String word() {
    return word;
  }

  /** Whether it may move the active epoch. */
  public boolean changes() {
    return changes;
  }

  public static Optional<Operation> ofWord(String word) {
    return Arrays.stream(values()).filter(o -> o.word.equals(word)).findFirst();
  }
}
