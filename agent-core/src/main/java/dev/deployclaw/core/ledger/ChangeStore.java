package dev.deployclaw.core.ledger;

import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;

/**
 * What the state store and the bucket hold of changes.
 *
 * @param ledger their states and records
 * @param archive their policy sets
 */
public record ChangeStore(ChangeLedger ledger, PolicySetReader archive) {
  public static ChangeStore of(AgentPorts ports, AgentSettings settings) {
    return new ChangeStore(
        new ChangeLedger(ports.state(), ports.time(), settings.bounds()),
        new PolicySetReader(ports.state(), ports.objects(), ports.sets()));
  }
}
