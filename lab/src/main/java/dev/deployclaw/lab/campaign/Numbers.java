package dev.deployclaw.lab.campaign;

import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives the numbers of trials out, each once, to estates of the ground that its kind needs. Which
 * kind a number has doesn't follow from who asks, so that it can be repeated alone. For several
 * threads.
 */
final class Numbers {
  private final Campaign.Order order;
  private final Map<Ground, AtomicInteger> next = new EnumMap<>(Ground.class);

  Numbers(Campaign.Order order) {
    this.order = order;
    for (var ground : Ground.values()) {
      next.put(ground, new AtomicInteger(order.first()));
    }
  }

  /** The next trial for a ground; empty when there are no more. */
  Optional<Trial> take(Ground ground) {
    var its = next.get(ground);
    if (its == null || order.kinds().isEmpty()) {
      return Optional.empty();
    }
    for (int number = its.getAndIncrement(); number < end(); number = its.getAndIncrement()) {
      var trial = Trial.of(order.seed(), number, order.kinds());
      if (trial.kind().ground() == ground) {
        return Optional.of(trial);
      }
    }
    return Optional.empty();
  }

  /** Whether there is any for a ground. */
  boolean has(Ground ground) {
    return new Numbers(order).take(ground).isPresent();
  }

  private int end() {
    return order.first() + order.trials();
  }
}
