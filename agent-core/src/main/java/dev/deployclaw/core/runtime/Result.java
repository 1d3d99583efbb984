package dev.deployclaw.core.runtime;

/** How an execution stands, in the words of the execution log. */
public enum Result {
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
