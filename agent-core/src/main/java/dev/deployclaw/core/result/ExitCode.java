package dev.deployclaw.core.result;

/** What the process says when it ends. */
public enum ExitCode {
  /** Completed, or nothing to do. */
  OK(0),
  INTERNAL_FAULT(1),
  WRONG_USAGE(2),
  NEEDS_CLARIFICATION(3),
  REFUSED(4),
  HELD(5),
  ROLLED_BACK(6),
  /** Failed after the commit, or the outcome isn't known. */
  FAILED(7),
  /** Drift, an invalid policy or an invalid skill was found. */
  INVALID(8),
  AUDIT_FAILED(9),
  /** A needed back end can't be reached; nothing changed. */
  UNREACHABLE(10),
  /** Aborted before the commit. */
  ABORTED(11);

  private final int code;

  ExitCode(int code) {
    this.code = code;
  }

  public int code() {
    return code;
  }
}
