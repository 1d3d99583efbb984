package dev.deployclaw.core.spi;

import dev.deployclaw.policy.PolicySet;
import java.util.Optional;

/**
 * The epoch that a participant stages, votes on or publishes. Calls are idempotent by (epoch,
 * digest).
 *
 * @param execution for names and logs
 * @param epoch at least 1, never reused
 * @param digest of {@code set}
 * @param predecessor the epoch that is (or was) committed before it; 0 is what was found before the
 *     first change
 * @param previous what was committed before; empty at the first change
 * @param back whether it is a way back: then the set may not know a member that is configured by
 *     now
 * @param restores when this is a rollback to epoch 0: the observation to put back, per participant
 */
public record Activation(
    String execution,
    long epoch,
    String digest,
    PolicySet set,
    long predecessor,
    Optional<PolicySet> previous,
    boolean back,
    Optional<Observation> restores) {

  /** A change forward, or the way back to epoch 0. */
  public Activation(
      String execution,
      long epoch,
      String digest,
      PolicySet set,
      long predecessor,
      Optional<PolicySet> previous,
      Optional<Observation> restores) {
    this(execution, epoch, digest, set, predecessor, previous, restores.isPresent(), restores);
  }
}
