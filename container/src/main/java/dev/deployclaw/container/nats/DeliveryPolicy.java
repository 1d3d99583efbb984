package dev.deployclaw.container.nats;

import dev.deployclaw.container.notification.BackoffPolicy;
import java.time.Duration;

/**
 * How often a message is given to agents, and when.
 *
 * @param heldFor without a word of its agent; then another is given it
 * @param backoff between deliveries of one that no agent took
 * @param mostDeliveries of one that no agent took; then it is a dead letter
 */
public record DeliveryPolicy(Duration heldFor, BackoffPolicy backoff, long mostDeliveries) {
  /** Some twenty hours: idempotency keys hold longer. */
  public static final DeliveryPolicy DEFAULT =
      new DeliveryPolicy(Duration.ofSeconds(30), BackoffPolicy.DEFAULT, 250);
}
