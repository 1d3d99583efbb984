package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Base;
import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Activation.Candidate;
import dev.deployclaw.core.spi.Observation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.Cohort;
import java.util.Optional;

/**
 * What a change carries.
 *
 * @param previous what it replaces; empty before the first change
 * @param restores for a way back to epoch 0: what was found there
 */
record Content(PolicySet set, Optional<PolicySet> previous, Optional<Observation> restores) {
  private static final String UNMANAGED = PolicySet.EMPTY.digest();

  /**
   * The epoch to go back to where this was committed. One that put back what was found before the
   * first change has nothing of its own: to go back there is to put back what was found again.
   */
  static long wayBackTo(Base base) {
    return base.digest().equals(UNMANAGED) ? 0 : base.epoch();
  }

  /** The digest of what {@link #wayBackTo} leads to. */
  static String digestBackTo(Base base) {
    return base.epoch() == 0 ? UNMANAGED : base.digest();
  }

  /** What everybody is to act on as the execution stands. */
  Activation activation(Execution x) {
    return x.state().onTrial() ? beside(x) : own(x);
  }

  /** The epoch of its own: what is staged and voted on, and what everybody acts on in the end. */
  private Activation own(Execution x) {
    return new Activation(
        x.id(), x.epoch(), x.digest(), set, x.base().epoch(), previous, x.kind().back(), restores);
  }

  /**
   * Where a way back leads, as a member may act on it that never took what is undone; empty where
   * that is what was found before the first change, or nothing goes back.
   */
  Optional<Activation> former(Execution x) {
    boolean epoch = x.kind().back() && x.content() > 0 && restores.isEmpty();
    return epoch
        ? Optional.of(
            new Activation(
                x.id(), x.content(), x.digest(), set, 0, Optional.empty(), true, Optional.empty()))
        : Optional.empty();
  }

  /** What stays committed, with this epoch beside it for its cohort. */
  private Activation beside(Execution x) {
    var base = x.base();
    var candidate =
        x.cohort().map(share -> new Candidate(x.epoch(), x.digest(), set, new Cohort(share)));
    return new Activation(
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
