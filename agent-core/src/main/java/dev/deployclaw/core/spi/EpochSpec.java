package dev.deployclaw.core.spi;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

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
 * @param back whether it is a rollback: then the set may not know a member that is configured by
 *     now
 * @param restores when this is a rollback to epoch 0: the observation to put back, per participant
 * @param step how often the cohort was moved since the epoch was committed: who takes a later step
 *     refuses an earlier one
 * @param candidate an epoch beside it, by which some tenants are decided already; who can't tell
 *     tenants apart leaves it alone until it is committed itself
 * @param leftOut members without which a way back goes on, by a person's word: where one of them
 *     could hold another, it is sent nothing, and it isn't probed
 */
public record EpochSpec(
    String execution,
    long epoch,
    String digest,
    PolicySet set,
    long predecessor,
    Optional<PolicySet> previous,
    boolean back,
    Optional<ObservedState> restores,
    long step,
    Optional<Candidate> candidate,
    Set<String> leftOut) {
  public EpochSpec {
    leftOut = Set.copyOf(leftOut);
  }

  /** An epoch on trial: who is in the cohort is decided by it. */
  public record Candidate(long epoch, String digest, PolicySet set, CanaryCohort cohort) {}

  /** Everybody is decided by it. */
  public EpochSpec(
      String execution,
      long epoch,
      String digest,
      PolicySet set,
      long predecessor,
      Optional<PolicySet> previous,
      boolean back,
      Optional<ObservedState> restores) {
    this(
        execution,
        epoch,
        digest,
        set,
        predecessor,
        previous,
        back,
        restores,
        0,
        Optional.empty(),
        Set.of());
  }

  /** A change forward, or the rollback to epoch 0. */
  public EpochSpec(
      String execution,
      long epoch,
      String digest,
      PolicySet set,
      long predecessor,
      Optional<PolicySet> previous,
      Optional<ObservedState> restores) {
    this(execution, epoch, digest, set, predecessor, previous, restores.isPresent(), restores);
  }

  /** The same epoch, after so many moves of a cohort. */
  public EpochSpec at(long moves, Optional<Candidate> on) {
    return new EpochSpec(
        execution, epoch, digest, set, predecessor, previous, back, restores, moves, on, leftOut);
  }

  /** The same, without these members. */
  public EpochSpec without(Collection<String> members) {
    var out = Set.copyOf(members);
    return new EpochSpec(
        execution, epoch, digest, set, predecessor, previous, back, restores, step, candidate, out);
  }

  /**
   * The same, putting what was found back at these members alone: the others keep what they have.
   */
  public EpochSpec restoringOnly(Collection<String> members) {
    var only = restores.map(found -> found.only(members));
    return new EpochSpec(
        execution, epoch, digest, set, predecessor, previous, back, only, step, candidate, leftOut);
  }

  /** The same in another name, which makes other counters of synthetic requests. */
  public EpochSpec named(String other) {
    return new EpochSpec(
        other, epoch, digest, set, predecessor, previous, back, restores, step, candidate, leftOut);
  }

  /** The same policies, as another epoch brought them. */
  public EpochSpec by(long at) {
    return new EpochSpec(
        execution,
        at,
        digest,
        set,
        predecessor,
        previous,
        back,
        restores,
        step,
        candidate,
        leftOut);
  }

  /** The candidate as an epoch of its own: what is staged and read back of it. */
  public Optional<EpochSpec> tried() {
    return candidate.map(c ->
        new EpochSpec(
            execution, c.epoch(), c.digest(), c.set(), epoch, Optional.of(set), Optional.empty()));
  }
}
