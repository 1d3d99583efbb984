package dev.deployclaw.container.host;

import java.time.Instant;
import java.util.Optional;

/** How an executor host is, as the agent sees it. */
public sealed interface HostState {
  /** It isn't ready yet. */
  record Starting() implements HostState {}

  /**
   * It takes calls.
   *
   * @param lastEnd why the start before it ended; empty for the first
   */
  record Up(long pid, Instant since, Optional<String> lastEnd) implements HostState {}

  /** It ended, and is started again; or can't be started. */
  record Down(String reason) implements HostState {}

  /** For people. */
  default String sentence() {
    return switch (this) {
      case Starting _ -> "the executor host isn't ready yet";
      case Up(long pid, Instant since, var lastEnd) ->
          "the executor host runs as process %d since %s%s"
              .formatted(pid, since, lastEnd.map(why -> "; the one before: " + why).orElse(""));
      case Down(String reason) -> "the executor host is down: " + reason;
    };
  }
}
