package dev.deployclaw.policy.model;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Whether a limit refuses requests, or only counts what it would have refused. */
public enum EnforcementMode {
  ENFORCE("enforce"),
  SHADOW("shadow");

  private static final Map<String, EnforcementMode> WORDS =
      Arrays.stream(values()).collect(Collectors.toMap(EnforcementMode::word, Function.identity()));

  private final String word;

  EnforcementMode(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  public static Optional<EnforcementMode> ofWord(String word) {
    return Optional.ofNullable(WORDS.get(word));
  }
}
