package dev.deployclaw.audit.export;

import java.util.List;

/**
 * A log with what its verification found.
 *
 * @param records in order; none where they can't be trusted to be records
 */
public record VerifiedLog(String execution, List<LoggedRecord> records, LogVerdict verdict) {
  public VerifiedLog {
    records = List.copyOf(records);
  }

  static VerifiedLog unreadable(String execution, LogVerdict verdict) {
    return new VerifiedLog(execution, List.of(), verdict);
  }

  /** Whether a record of it lies in a period. Where its times can't be trusted, it does. */
  boolean isIn(ExportPeriod period) {
    return records.isEmpty()
        || hasFailed()
        || period.overlaps(records.getFirst().time(), records.getLast().time());
  }

  /** What it says of itself can't be trusted, so nothing that is looked for leaves it out. */
  boolean hasFailed() {
    return verdict.kind() == LogVerdict.Kind.FAILED;
  }
}
