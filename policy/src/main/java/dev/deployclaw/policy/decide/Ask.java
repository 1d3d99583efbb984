package dev.deployclaw.policy.decide;

import java.util.List;

/**
 * A number of equal requests, asked for at once.
 *
 * @param blocked whether the tenant, or a group above it, is blocked
 * @param requests at least 1; each is admitted whole or not at all
 */
public record Ask(boolean blocked, List<Charge> charges, long requests) {
  public Ask {
    charges = List.copyOf(charges);
    if (requests < 1) {
      throw new IllegalArgumentException("asks for no request");
    }
  }

  public static Ask one(List<Charge> charges) {
    return new Ask(false, charges, 1);
  }
}
