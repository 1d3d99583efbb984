package dev.deployclaw.core.ledger;

import dev.deployclaw.core.machine.BaseEpoch;
import dev.deployclaw.core.machine.ChangeExecution;
import dev.deployclaw.core.machine.RollbackExclusions;
import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.EpochSpec.Candidate;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.util.List;
import java.util.Optional;

/**
 * What a change carries.
 *
 * @param previous what it replaces; empty before the first change
 * @param restores for a rollback to epoch 0: what was found there
 */
public record ChangeContent(
    PolicySet set, Optional<PolicySet> previous, Optional<ObservedState> restores) {
  private static final String UNMANAGED = PolicySet.EMPTY.digest();

  /**
   * The epoch to go back to where this was committed. One that put back what was found before the
   * first change has nothing of its own: to go back there is to put back what was found again.
   */
  public static long rollbackTarget(BaseEpoch base) {
    return base.digest().equals(UNMANAGED) ? 0 : base.epoch();
  }

  /** The digest of what {@link #rollbackTarget} leads to. */
  public static String rollbackDigest(BaseEpoch base) {
    return base.epoch() == 0 ? UNMANAGED : base.digest();
  }

  /** What everybody is to act on as the execution stands, but for who was left out by now. */
  public EpochSpec activation(ChangeExecution x) {
    var spec = x.state().onTrial() ? beside(x) : own(x);
    return spec.without(x.leftOut().map(RollbackExclusions::members).orElse(List.of()));
  }

  /** The epoch of its own: what is staged and voted on, and what everybody acts on in the end. */
  private EpochSpec own(ChangeExecution x) {
    return new EpochSpec(
        x.id(), x.epoch(), x.digest(), set, x.base().epoch(), previous, x.kind().back(), restores);
  }

  /**
   * Where a rollback leads, as a member may act on it that never took what is undone; empty where
   * that is what was found before the first change, or nothing goes back.
   */
  public Optional<EpochSpec> former(ChangeExecution x) {
    boolean epoch = x.kind().back() && x.content() > 0 && restores.isEmpty();
    return epoch
        ? Optional.of(
            new EpochSpec(
                x.id(), x.content(), x.digest(), set, 0, Optional.empty(), true, Optional.empty()))
        : Optional.empty();
  }

  /** What stays committed, with this epoch beside it for its cohort. */
  private EpochSpec beside(ChangeExecution x) {
    var base = x.base();
    var candidate =
        x.cohort().map(share -> new Candidate(x.epoch(), x.digest(), set, new CanaryCohort(share)));
    return new EpochSpec(
            x.id(),
            base.epoch(),
            base.digest(),
            previous.orElseThrow(),
            base.predecessor(),
            Optional.empty(),
            Optional.empty())
        .at(x.step(), candidate);
  }
}
