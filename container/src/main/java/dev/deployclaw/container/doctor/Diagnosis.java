package dev.deployclaw.container.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One thing that was examined.
 *
 * @param about the part, as the configuration names it: {@code etcd}, {@code redis}
 * @param found what was found, with its numbers
 * @param remedy what to do; empty where nothing is
 */
public record Diagnosis(
    String about,
    Level level,
    String found,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) String remedy) {

  /** From well to worst. */
  public enum Level {
    OK,
    /** Not configured, so not asked. */
    SKIPPED,
    /** It works, but a promise is weaker than it could be. */
    WARNING,
    /** It answers, and a change would be refused or a promise broken. */
    ERROR,
    /** It doesn't answer. */
    UNREACHABLE
  }
}
