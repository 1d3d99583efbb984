package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.Execution;
import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Observation;
import dev.deployclaw.policy.PolicySet;
import java.util.Optional;

/**
 * What a change carries.
 *
 * @param previous what it replaces; empty before the first change
 * @param restores for a way back to epoch 0: what was found there
 */
record Content(PolicySet set, Optional<PolicySet> previous, Optional<Observation> restores) {

  Activation activation(Execution x) {
    return new Activation(x.id(), x.epoch(), x.digest(), set, x.base().epoch(), previous, restores);
  }
}
