package dev.deployclaw.lab.campaign;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What the agent is asked to do when it is disturbed. */
enum Task {
  CHANGE,
  ROLLBACK,
  APPROVAL,
  APPROVED_ROLLBACK,
  CANARY;

  /** As people write it. */
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static Optional<Task> find(String word) {
    return Arrays.stream(values()).filter(t -> t.word().equals(word)).findFirst();
  }
}
