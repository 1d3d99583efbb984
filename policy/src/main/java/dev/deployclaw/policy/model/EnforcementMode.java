package dev.deployclaw.policy.model;

import java.util.Arrays;
import java.util.Optional;

/** Whether a limit refuses requests, or only counts what it would have refused. */
public enum EnforcementMode {
  ENFORCE("enforce"),
  SHADOW("shadow");

  private final String word;

  EnforcementMode(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  public static Optional<EnforcementMode> ofWord(String word) {
    return Arrays.stream(values()).filter(m -> m.word.equals(word)).findFirst();
  }
}
