package dev.deployclaw.audit.export;

import dev.deployclaw.audit.verify.DocumentDerivation;
import dev.deployclaw.core.planning.PlanningLog;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * One execution as auditors see it. What its log doesn't tell is empty; an outcome that can't be
 * read is {@code UNKNOWN}.
 *
 * @param time when its policies were activated, at first for a canary, else when its last record
 *     was made; empty where nothing can be read
 * @param record that tells of that
 */
record ExecutionSummary(
    VerifiedLog log,
    Request request,
    String outcome,
    String reason,
    EnforcementEffect effect,
    Optional<Instant> time,
    LoggedRecord.Reference record,
    List<ApprovalRecord> approvals,
    PlannedDifferences differences) {
  private static final Pattern OPERATION = Pattern.compile("[a-z]+(-[a-z]+)*( and [a-z-]+){0,20}");

  /**
   * What was asked.
   *
   * @param operation words such as {@code set-limit}
   * @param undoes the execution that is taken back
   */
  record Request(String text, String requester, String operation, String undoes) {
    static final Request UNKNOWN = new Request("", "", "", "");
  }

  ExecutionSummary {
    approvals = List.copyOf(approvals);
  }

  static ExecutionSummary of(VerifiedLog log) {
    var records = log.records();
    if (records.isEmpty()) {
      return new ExecutionSummary(
          log,
          Request.UNKNOWN,
          "UNKNOWN",
          log.verdict().reason(),
          EnforcementEffect.UNKNOWN,
          Optional.empty(),
          LoggedRecord.Reference.NONE,
          List.of(),
          PlannedDifferences.NONE);
    }
    var document = DocumentDerivation.document(records.stream().map(LoggedRecord::fields).toList());
    String outcome = text(document, "result");
    var decisive = decisive(records);
    return new ExecutionSummary(
        log,
        request(document, records),
        outcome,
        text(document, "reason"),
        EnforcementEffect.of(outcome, records),
        Optional.of(decisive.time()),
        decisive.reference(),
        ApprovalRecord.of(records),
        PlannedDifferences.of(records));
  }

  private static Request request(Map<String, Object> document, List<LoggedRecord> records) {
    return new Request(
        text(document, "request"),
        text(document, "requester"),
        operation(records),
        text(document, "rollback_of"));
  }

  private static LoggedRecord decisive(List<LoggedRecord> records) {
    return first(records, "committed")
        .or(() -> first(records, "widened"))
        .orElseGet(records::getLast);
  }

  private static Optional<LoggedRecord> first(List<LoggedRecord> records, String state) {
    return records.stream().filter(r -> r.reaches(state)).findFirst();
  }

  private static String operation(List<LoggedRecord> records) {
    return records.stream()
        .filter(r -> r.text("action").equals(PlanningLog.UNDERSTOOD))
        .map(r -> r.text("detail").split(",", 2)[0])
        .filter(words -> OPERATION.matcher(words).matches())
        .findFirst()
        .orElseGet(() -> kind(records));
  }

  /** By its own change: a rollback is planned from what it undoes, not from a request's words. */
  private static String kind(List<LoggedRecord> records) {
    return records.stream()
        .filter(r -> r.reaches("opened"))
        .map(r -> r.fact("kind"))
        .filter("rollback"::equals)
        .findFirst()
        .orElse("");
  }

  private static String text(Map<String, Object> document, String key) {
    return document.get(key) instanceof String s ? s : "";
  }

  String execution() {
    return log.execution();
  }

  LogVerdict verdict() {
    return log.verdict();
  }

  /** Whether it belongs to a period; one that failed, or has no time, belongs to each. */
  boolean isIn(ExportPeriod period) {
    return log.hasFailed() || time.map(period::contains).orElse(true);
  }

  /** Persons who approved it, joined; empty for none. */
  String approvers() {
    return approvals.stream()
        .filter(ApprovalRecord::granted)
        .map(ApprovalRecord::person)
        .distinct()
        .collect(Collectors.joining("; "));
  }

  /** Whether it takes back what an earlier one did, or what itself did. */
  boolean isRollback() {
    return !request.undoes().isEmpty()
        || request.operation().equals("rollback")
        || effect == EnforcementEffect.ROLLED_BACK;
  }
}
