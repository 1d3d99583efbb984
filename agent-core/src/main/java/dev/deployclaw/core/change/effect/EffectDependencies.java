package dev.deployclaw.core.change.effect;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.call.ParticipantFanout;
import dev.deployclaw.core.change.publication.ConvergenceLoop;
import dev.deployclaw.core.change.publication.PublishLoop;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.ledger.ChangeContent;
import dev.deployclaw.core.ledger.ChangeLedger;
import dev.deployclaw.core.ledger.ChangeStore;
import dev.deployclaw.core.ledger.OrchestrationContext;
import dev.deployclaw.core.ledger.PolicySetReader;
import dev.deployclaw.core.machine.NewChange;
import dev.deployclaw.core.result.ExecutionOutcome;
import dev.deployclaw.core.spi.ObjectStore;
import java.util.Optional;

/**
 * What effects are made of.
 *
 * @param participants all of them, before anything goes back
 * @param opener opens and drives the change that a compensation needs
 */
public record EffectDependencies(
    AgentPorts ports,
    AgentSettings settings,
    ChangeStore store,
    ParticipantFanout participants,
    Opener opener) {
  /** Opens a change and drives it to its end. */
  @FunctionalInterface
  public interface Opener {
    ExecutionOutcome open(
        NewChange opening, Optional<ChangeContent> content, OrchestrationContext context)
        throws InterruptedException;
  }

  AgentClock time() {
    return ports.time();
  }

  ObjectStore objects() {
    return ports.objects();
  }

  ChangeLedger ledger() {
    return store.ledger();
  }

  PolicySetReader archive() {
    return store.archive();
  }

  PublishLoop publication(ParticipantFanout participants) {
    return new PublishLoop(participants, ledger(), settings.bounds(), time());
  }

  ConvergenceLoop convergence(ParticipantFanout participants) {
    return new ConvergenceLoop(participants, ledger(), settings.bounds(), time());
  }
}
