package dev.deployclaw.core.ledger;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is enforced, as parts of which each has one epoch: while a candidate is on trial, those in
 * its cohort by the candidate, and all others by what is committed; else all by one. A part without
 * a tenant is left out.
 */
public final class CohortSplit {
  private CohortSplit() {}

  /** The cohort first. */
  public static List<EpochSpec> of(EpochSpec activation) {
    var tried = activation.tried();
    if (tried.isEmpty()) {
      return List.of(activation);
    }
    var cohort = activation.candidate().orElseThrow().cohort();
    List<EpochSpec> sides = new ArrayList<>();
    with(tried.get(), cohort, true).ifPresent(sides::add);
    with(activation.at(activation.step(), Optional.empty()), cohort, false).ifPresent(sides::add);
    return List.copyOf(sides);
  }

  private static Optional<EpochSpec> with(EpochSpec all, CanaryCohort cohort, boolean inside) {
    var some =
        all.set().tenants().values().stream()
            .filter(t -> cohort.includes(all.set().root(t.tenant())) == inside)
            .toList();
    return some.isEmpty()
        ? Optional.empty()
        : Optional.of(restricted(all, all.set().withTenants(some)));
  }

  /** The epoch and its digest stay: only fewer tenants are asked for. */
  private static EpochSpec restricted(EpochSpec all, PolicySet some) {
    return new EpochSpec(
        all.execution(),
        all.epoch(),
        all.digest(),
        some,
        all.predecessor(),
        all.previous(),
        all.back(),
        all.restores());
  }
}
