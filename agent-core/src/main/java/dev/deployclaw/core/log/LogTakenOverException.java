package dev.deployclaw.core.log;

/**
 * Another process has gone on with a log: the process that meets this stood still past its lease,
 * and has nothing more to say in this execution.
 */
public final class LogTakenOverException extends IllegalStateException {
  /**
   * @param seq the record that was to be appended
   * @param last the last record that is there
   */
  public LogTakenOverException(String execution, long seq, long last) {
    super(
        "another agent continued %s: its record %d can't follow record %d"
            .formatted(execution, seq, last));
  }
}
