package dev.deployclaw.lab.campaign;

import dev.deployclaw.lab.campaign.trial.CampaignTrial;
import dev.deployclaw.lab.campaign.trial.GatewayPlatform;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Gives the numbers of trials out, each once, to estates of the ground that its kind needs. Which
 * kind a number has doesn't follow from who asks, so that it can be repeated alone. For several
 * threads.
 */
final class TrialAllocator {
  private final CampaignRunner.Order order;
  private final Map<GatewayPlatform, AtomicInteger> next = new EnumMap<>(GatewayPlatform.class);

  TrialAllocator(CampaignRunner.Order order) {
    this.order = order;
    for (var ground : GatewayPlatform.values()) {
      next.put(ground, new AtomicInteger(order.first()));
    }
  }

  /** The next trial for a ground; empty when there are no more. */
  Optional<CampaignTrial> take(GatewayPlatform ground) {
    var its = next.get(ground);
    if (its == null || order.kinds().isEmpty()) {
      return Optional.empty();
    }
    for (int number = its.getAndIncrement(); number < end(); number = its.getAndIncrement()) {
      var trial = CampaignTrial.of(order.seed(), number, order.kinds());
      if (trial.kind().ground() == ground) {
        return Optional.of(trial);
      }
    }
    return Optional.empty();
  }

  /** Whether there is any for a ground. */
  boolean has(GatewayPlatform ground) {
    return new TrialAllocator(order).take(ground).isPresent();
  }

  private int end() {
    return order.first() + order.trials();
  }
}
