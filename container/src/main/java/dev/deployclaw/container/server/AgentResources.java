package dev.deployclaw.container.server;

import dev.deployclaw.audit.record.HashChainSealer;
import dev.deployclaw.audit.redaction.SecretRedactor;
import dev.deployclaw.audit.signin.SignInAnchor;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.container.config.AccessLogConfig;
import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.container.query.LogTails;
import dev.deployclaw.container.signin.SignInRecorder;
import dev.deployclaw.container.wiring.MachineName;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.environment.AgentSettings;
import dev.deployclaw.core.log.Journal.Shipping;
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
 * @param mask through which words go that people type, before anything is done with them
 * @param stateDir where accepted tasks are kept, and what the watch found
 * @param accessLogs of gateways
 */
public record AgentResources(
    AgentPorts ports,
    AgentSettings settings,
    HeadSigner signer,
    List<BackendHealthCheck> vitals,
    Supplier<Shipping> shipping,
    LogTails tails,
    TextMask mask,
    Path stateDir,
    MonitoringSettings watching,
    List<AccessLogConfig> accessLogs) {
  public AgentResources {
    accessLogs = List.copyOf(accessLogs);
    vitals = List.copyOf(vitals);
  }

  /** Begins to record who signs in, in the state folder and the bucket. */
  SignInRecorder signIns() {
    var sealer = new HashChainSealer(SecretRedactor.of(SecretRegistry.known()));
    String folder = MachineName.name() + ":" + stateDir.toAbsolutePath().normalize();
    return SignInRecorder.start(
        new SignInJournal.Parts(stateDir, signer, ports.objects(), sealer, settings.agent()),
        new SignInAnchor(ports.state(), folder),
        ports.time());
  }
}
