package dev.deployclaw.container.doctor;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.deployclaw.core.spi.CallFault;

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

  static Diagnosis ok(String about, String found) {
    return new Diagnosis(about, Level.OK, found, "");
  }

  static Diagnosis skipped(String about, String found) {
    return new Diagnosis(about, Level.SKIPPED, found, "");
  }

  static Diagnosis warning(String about, String found, String remedy) {
    return new Diagnosis(about, Level.WARNING, found, remedy);
  }

  static Diagnosis error(String about, String found, String remedy) {
    return new Diagnosis(about, Level.ERROR, found, remedy);
  }

  static Diagnosis unreachable(String about, String found) {
    return new Diagnosis(
        about,
        Level.UNREACHABLE,
        found,
        "is it running, and are the address and credentials right?");
  }

  /** A call that failed as a whole. */
  static Diagnosis of(String about, CallFault fault) {
    return switch (fault) {
      case CallFault.Unavailable(String reason) -> unreachable(about, reason);
      case CallFault.Unknown(String reason) -> unreachable(about, reason);
      case CallFault.Denied(String reason) ->
          error(about, reason, "give the agent's user this right: docs/tasks/credentials.md");
      case CallFault.Ungranted(String reason) ->
          error(about, reason, "this build can't do it: report it, with the agent's version");
      case CallFault.Invalid(String reason) -> error(about, reason, "fix the named problem");
      case CallFault.Conflict(String reason) ->
          error(about, reason, "find out which other agent is active");
    };
  }
}
