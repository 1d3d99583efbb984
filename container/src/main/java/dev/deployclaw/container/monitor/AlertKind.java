package dev.deployclaw.container.monitor;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can be wrong. */
public enum AlertKind {
  /** Enforcement points answer otherwise than the committed policies say. */
  NOT_ENFORCED("critical"),
  /** Whether limits are enforced can't be told. */
  ENFORCEMENT_UNKNOWN("warning"),
  /** A back end doesn't accept this agent's credentials, or gives it too few rights to look. */
  ACCESS_DENIED("error"),
  /** A back end is ahead of the state store, so nothing is written until a person decided. */
  REGRESSED("critical"),
  /** An executor host made a system call that it may not make, so the kernel ended it. */
  VIOLATION("critical"),
  /** Somebody else changed or removed a log of sign-ins. */
  TAMPERED("critical"),
  /** The stream holds another record than a log, so changes were stopped. */
  FORK("critical"),
  /** The stream lost records that it had acknowledged, and was given them again. */
  REPAIR("warning"),
  /** The stream can't be given a record, so what follows it in its log waits. */
  NOT_SHIPPED("warning"),
  /** The kill switch is on: by a person, or by an agent that was refused too often. */
  FROZEN("warning"),
  /** A back end lost what is committed, and the agent put it back. */
  PUT_BACK("warning"),
  /** What is enforced or stored differs from what is committed or wanted. */
  DRIFT("warning"),
  /** An execution was rolled back, failed, or its result isn't known. */
  EXECUTION("error"),
  /** A change waits for a person. */
  HELD("info");

  private final String severity;

  AlertKind(String severity) {
    this.severity = severity;
  }

  /** As configuration and JSON write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** In PagerDuty's words: critical, error, warning, info. */
  public String severity() {
    return severity;
  }

  public static Optional<AlertKind> of(String word) {
    return Arrays.stream(values()).filter(k -> k.word().equals(word)).findFirst();
  }
}
