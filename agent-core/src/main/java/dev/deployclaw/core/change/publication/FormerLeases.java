package dev.deployclaw.core.change.publication;

import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.policy.PolicySet;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long requests may still be admitted by the policies before a change: a service may have
 * charged some ahead until the moment that every member acted on the new ones. Synthetic requests
 * are never charged ahead, so they meet the new policies at once.
 */
public final class FormerLeases {
  private FormerLeases() {}

  /** The longest lease of what was enforced before; empty where all of that was exact. */
  public static Optional<Duration> longest(ChangeExecution x, ChangeContent content) {
    // the cohort of a trial may grow or shrink: its tenants come from either set
    var own = x.state().onTrial() ? Stream.of(content.set()) : Stream.<PolicySet>empty();
    return Stream.concat(content.previous().stream(), own)
        .flatMap(set -> set.tenants().values().stream())
        .flatMap(tenant -> tenant.limits().stream())
        .flatMap(limit -> limit.precision().lease().stream())
        .max(Comparator.naturalOrder());
  }
}
