package dev.deployclaw.ratelimit.feed;

import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * What the service knows at one moment.
 *
 * @param active what the last commit decided; empty before the first
 * @param held the policy sets, oldest first: the active one, its predecessor, the one that it puts
 *     back, the candidate that some tenants decide by, the open change's
 */
public record PolicySnapshot(Optional<Constants> active, List<EpochPolicySet> held) {
  public static final PolicySnapshot EMPTY = new PolicySnapshot(Optional.empty(), List.of());

  public PolicySnapshot {
    held = List.copyOf(held);
  }

  /** Asked for each decision, mostly of the same object: what a record has took a tenth of it. */
  @Override
  public boolean equals(Object other) {
    return this == other
        || (other instanceof PolicySnapshot(var itsActive, var itsHeld)
            && active.equals(itsActive)
            && held.equals(itsHeld));
  }

  @Override
  public int hashCode() {
    return Objects.hash(active, held);
  }

  public Optional<EpochPolicySet> epoch(long epoch) {
    return held.stream().filter(h -> h.epoch() == epoch).findFirst();
  }

  /** Whether it holds what is committed; where nothing is, there is nothing to hold. */
  public boolean whole() {
    return active.isEmpty() || epoch(active.get().epoch()).isPresent();
  }

  /** The set that was committed last, or before it; never an open change's. */
  public Optional<EpochPolicySet> committed() {
    return active.flatMap(a -> epoch(a.epoch()).or(() -> epoch(a.predecessor())));
  }
}
