package dev.deployclaw.container.notify;

import java.time.Duration;
import java.util.Optional;

/** What came of one try to tell a sink. */
sealed interface Attempt {
  record Delivered(int status) implements Attempt {}

  /**
   * It may work later.
   *
   * @param after what the receiver asked for
   */
  record Later(String why, Optional<Duration> after) implements Attempt {}

  /** The receiver will never take this one. */
  record Refused(String why) implements Attempt {}
}
