package dev.deployclaw.policy.model;

import java.util.Arrays;
import java.util.Optional;

/** What a limit does when Redis can't be asked. */
public enum BackendFailureMode {
  ALLOW("allow"),
  DENY("deny");

  private final String word;

  BackendFailureMode(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  public static Optional<BackendFailureMode> ofWord(String word) {
    return Arrays.stream(values()).filter(f -> f.word.equals(word)).findFirst();
  }
}
