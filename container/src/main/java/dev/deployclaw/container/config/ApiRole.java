package dev.deployclaw.container.config;

import java.util.Locale;

/** What a caller may do over HTTP. */
public enum ApiRole {
  /** Look at everything, change nothing. Every caller is one. */
  VIEWER,
  /** Submit tasks and roll back. */
  OPERATOR,
  /** Approve and reject what is held. */
  APPROVER;

  /** As configurations and the API's document name it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
