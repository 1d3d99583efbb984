package dev.deployclaw.policy.model;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What a limit does when Redis can't be asked. */
public enum BackendFailureMode {
  ALLOW("allow"),
  DENY("deny");

  private static final Map<String, BackendFailureMode> WORDS =
      Arrays.stream(values())
          .collect(Collectors.toMap(BackendFailureMode::word, Function.identity()));

  private final String word;

  BackendFailureMode(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  public static Optional<BackendFailureMode> ofWord(String word) {
    return Optional.ofNullable(WORDS.get(word));
  }
}
