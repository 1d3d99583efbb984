package dev.deployclaw.container.intake;

/**
 * A person's decision on a held change.
 *
 * @param plan for an approval, the plan's hash that was quoted, or its first characters
 * @param reason in the person's words; empty where none is given
 */
public record ApprovalDecision(
    String execution, String who, boolean approves, String plan, String reason) {

  /** Whether it is the same decision, however much of the plan's hash each quotes. */
  boolean repeats(ApprovalDecision other) {
    return other.execution.equals(execution) && other.who.equals(who) && other.approves == approves;
  }
}
