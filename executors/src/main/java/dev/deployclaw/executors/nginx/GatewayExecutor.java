package dev.deployclaw.executors.nginx;

import dev.deployclaw.core.spi.BackendExecutor;
import java.util.Set;

/**
 * Brings epochs to gateways of one kind: a participant under the name of all gateways. The looks
 * {@code topology} and {@code scan} say what is there, {@code marks} who moved it there last.
 */
public interface GatewayExecutor extends BackendExecutor {
  @Override
  default String name() {
    return DesiredGatewayFile.PARTICIPANT;
  }

  @Override
  default Set<String> verbs() {
    return BackendExecutor.participantWith(Set.of("topology", "scan", "marks"));
  }
}
