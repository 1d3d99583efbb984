package dev.deployclaw.audit.export;

import java.util.List;

/** Whether an execution changed what is enforced. */
enum EnforcementEffect {
  /** Its policies were activated. */
  ACTIVATED("activated"),
  /** They were activated, for all or for a canary, and put back by the same execution. */
  ROLLED_BACK("rolled-back"),
  NONE("none"),
  /** The log doesn't tell. */
  UNKNOWN("unknown");

  private final String word;

  EnforcementEffect(String word) {
    this.word = word;
  }

  String word() {
    return word;
  }

  /** What is neither known to have happened nor known not to have happened is unknown. */
  static EnforcementEffect of(String outcome, List<LoggedRecord> records) {
    boolean committed = records.stream().anyMatch(r -> r.reaches("committed"));
    boolean widened = records.stream().anyMatch(r -> r.reaches("widened"));
    return switch (outcome) {
      case "COMPLETED" -> committed ? ACTIVATED : NONE;
      case "ROLLED_BACK" -> ROLLED_BACK;
      case "NO_CHANGE", "REFUSED", "NEEDS_CLARIFICATION", "HELD", "ABORTED", "FAILED" ->
          committed || widened ? UNKNOWN : NONE;
      default -> UNKNOWN;
    };
  }
}
