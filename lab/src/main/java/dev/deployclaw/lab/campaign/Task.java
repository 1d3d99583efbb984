package dev.deployclaw.lab.campaign;

import java.util.Locale;

/** What the agent is asked to do when it is disturbed. */
enum Task {
  CHANGE,
  ROLLBACK,
  APPROVAL,
  CANARY;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
