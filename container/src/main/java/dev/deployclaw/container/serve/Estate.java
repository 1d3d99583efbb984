package dev.deployclaw.container.serve;

import dev.deployclaw.audit.journal.LogTailReader;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.log.Journal.Shipping;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the process works on. The ports are closed by their creator.
 *
 * @param signer signs the heads of documents
 * @param vitals the back ends that every change needs
 * @param shipping how many records wait for the stream
 * @param tails how logs are followed
 * @param stateDir where accepted tasks are kept, and what the watch found
 */
public record Estate(
    AgentPorts ports,
    AgentSettings settings,
    HeadSigner signer,
    List<BackendHealthCheck> vitals,
    Supplier<Shipping> shipping,
    Tails tails,
    Path stateDir,
    Watching watching) {
  public Estate {
    vitals = List.copyOf(vitals);
  }

  /** Gives the records of a log that follow one that is had. */
  @FunctionalInterface
  public interface Tails {
    LogTailReader of(String execution, LogHead had);
  }
}
