package dev.deployclaw.core.result;

/** How an execution stands, in the words of the execution log. */
public enum ExecutionStatus {
  COMPLETED,
  NO_CHANGE,
  HELD,
  ROLLED_BACK,
  ABORTED,
  REFUSED,
  NEEDS_CLARIFICATION,
  FAILED,
  UNKNOWN
}
