package dev.deployclaw.container.notification;

import java.time.Duration;
import java.util.Optional;

/** What came of one try to tell a sink. */
sealed interface DeliveryResult {
  record Delivered(int status) implements DeliveryResult {}

  /**
   * It may work later.
   *
   * @param after what the receiver asked for
   */
  record Later(String why, Optional<Duration> after) implements DeliveryResult {}

  /** The receiver will never take this one. */
  record Refused(String why) implements DeliveryResult {}
}
