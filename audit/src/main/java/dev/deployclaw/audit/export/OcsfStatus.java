package dev.deployclaw.audit.export;

/** Status and severity of an event, by the words of a log. What is unknown stays so. */
public enum OcsfStatus {
  SUCCESS(1, "Success", Severity.INFORMATIONAL),
  FAILURE(2, "Failure", Severity.LOW),
  /** Carried out in part, or its end is bad: a person should look. */
  SERIOUS(2, "Failure", Severity.HIGH),
  UNKNOWN(0, "Unknown", Severity.MEDIUM),
  WAITING(99, "Waiting", Severity.INFORMATIONAL),
  SKIPPED(99, "Skipped", Severity.INFORMATIONAL);

  /** As OCSF numbers them. */
  private enum Severity {
    INFORMATIONAL(1, "Informational"),
    LOW(2, "Low"),
    MEDIUM(3, "Medium"),
    HIGH(4, "High");

    private final int id;
    private final String caption;

    Severity(int id, String caption) {
      this.id = id;
      this.caption = caption;
    }
  }

  private final int id;
  private final String caption;
  private final Severity severity;

  OcsfStatus(int id, String caption, Severity severity) {
    this.id = id;
    this.caption = caption;
    this.severity = severity;
  }

  public int id() {
    return id;
  }

  public String caption() {
    return caption;
  }

  public int severityId() {
    return severity.id;
  }

  public String severityCaption() {
    return severity.caption;
  }

  /** Of an end, by its result. */
  static OcsfStatus ofOutcome(String outcome) {
    return switch (outcome) {
      case "COMPLETED", "NO_CHANGE" -> SUCCESS;
      case "REFUSED", "ABORTED", "ROLLED_BACK" -> FAILURE;
      case "FAILED" -> SERIOUS;
      case "HELD", "NEEDS_CLARIFICATION" -> WAITING;
      default -> UNKNOWN;
    };
  }

  /** Of a record, by its status. */
  static OcsfStatus ofRecord(String status) {
    return switch (status) {
      case "OK", "WARNING" -> SUCCESS;
      case "ERROR" -> FAILURE;
      case "SKIPPED" -> SKIPPED;
      default -> UNKNOWN;
    };
  }
}
