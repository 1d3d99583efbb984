package dev.deployclaw.audit.export;

import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * A person's word on a held plan.
 *
 * @param granted a yes; else a no, or a yes that was refused
 * @param detail for people
 */
record ApprovalRecord(
    String person, boolean granted, String detail, Instant time, LoggedRecord.Reference record) {
  private static final Set<String> GRANTS = Set.of("approve", "authorize", "resumed");

  static List<ApprovalRecord> of(List<LoggedRecord> records) {
    return records.stream().filter(ApprovalRecord::isOne).map(ApprovalRecord::of).toList();
  }

  private static boolean isOne(LoggedRecord entry) {
    return isGrant(entry)
        || (entry.decision().filter("refuse"::equals).isPresent()
            && entry.rule().equals("approver"));
  }

  private static boolean isGrant(LoggedRecord entry) {
    return entry.decision().filter(GRANTS::contains).isPresent();
  }

  private static ApprovalRecord of(LoggedRecord entry) {
    boolean granted = isGrant(entry);
    return new ApprovalRecord(
        entry.fact(granted ? "approver" : "who"),
        granted,
        entry.text("detail"),
        entry.time(),
        entry.reference());
  }
}
