package dev.deployclaw.core.change.publication;

import static dev.deployclaw.policy.model.LimitPrecision.SHORTEST_QUOTA;

import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.LimitPrecision;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * How long requests may still be admitted by the policies before a change: a service may have
 * charged some ahead until the moment that every member acted on the new ones. Synthetic requests
 * are never charged ahead, so they meet the new policies at once.
 *
 * <p>An Envoy that takes quotas lets requests pass for {@link LimitPrecision#SHORTEST_QUOTA} that
 * no limit restricted when it asked. Quotas need limits with leases of that length; the agent
 * doesn't know who takes them.
 */
public final class FormerLeases {
  private FormerLeases() {}

  /**
   * The longest lease of what was enforced before, and a quota's pass where the change brings
   * quotas; empty where there is neither.
   */
  public static Optional<Duration> longest(ChangeExecution x, ChangeContent content) {
    // the cohort of a trial may grow or shrink: its tenants come from either set
    var own = x.state().onTrial() ? Stream.of(content.set()) : Stream.<PolicySet>empty();
    var former = Stream.concat(content.previous().stream(), own).flatMap(FormerLeases::leases);
    boolean quotas = leases(content.set()).anyMatch(lease -> lease.compareTo(SHORTEST_QUOTA) >= 0);
    var pass = quotas ? Stream.of(SHORTEST_QUOTA) : Stream.<Duration>empty();
    return Stream.concat(former, pass).max(Comparator.naturalOrder());
  }

  private static Stream<Duration> leases(PolicySet set) {
    return set.tenants().values().stream()
        .flatMap(tenant -> tenant.limits().stream())
        .flatMap(limit -> limit.precision().lease().stream());
  }
}
