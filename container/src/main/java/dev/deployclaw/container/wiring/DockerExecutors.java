package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.DockerConfig;
import dev.deployclaw.container.config.DockerConfig.ContainerEntry;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.executors.docker.DockerSettings;
import dev.deployclaw.executors.docker.gateway.ContainerGateway;
import dev.deployclaw.executors.docker.gateway.ContainerGateway.Reach;
import dev.deployclaw.executors.docker.gateway.ContainerGateway.Reload;
import dev.deployclaw.executors.docker.gateway.ContainerGateway.Which;
import dev.deployclaw.executors.docker.gateway.ContainerGatewayExecutor;
import dev.deployclaw.executors.docker.gateway.ContainerGatewaySettings;
import dev.deployclaw.executors.probe.ProbeSettings;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** From the section {@code docker} to what its executors are told. */
final class DockerExecutors {
  private DockerExecutors() {}

  static DockerSettings daemon(DockerConfig c) {
    return new DockerSettings(
        URI.create(c.host()),
        c.tls().map(t -> new DockerSettings.Tls(t.ca(), t.cert(), t.key())),
        c.timeout());
  }

  /** Empty where no gateway runs in a container. */
  static Optional<BackendExecutor> gateways(AgentConfig c) {
    return c.docker()
        .filter(d -> !d.gateways().isEmpty())
        .map(d -> new ContainerGatewayExecutor(settings(d)));
  }

  /** Where synthetic requests enter. */
  static Stream<ProbeSettings.Entrance> entrances(AgentConfig c) {
    return entries(c).stream()
        .map(e ->
            new ProbeSettings.Entrance(
                e.gateway().name(), e.gateway().namespace(), URI.create(e.url()), ""));
  }

  private static List<ContainerEntry> entries(AgentConfig c) {
    return c.docker().map(DockerConfig::gateways).orElse(List.of());
  }

  private static ContainerGatewaySettings settings(DockerConfig c) {
    return ContainerGatewaySettings.of(
        daemon(c), c.gateways().stream().map(DockerExecutors::gateway).toList());
  }

  private static ContainerGateway gateway(ContainerEntry e) {
    return new ContainerGateway(
        e.gateway().name(),
        e.gateway().namespace(),
        which(e.which()),
        e.inside(),
        e.folder().<Reach>map(Reach.Mounted::new).orElseGet(Reach.Archive::new),
        e.binary(),
        e.restart() ? Reload.RESTART : Reload.SIGNAL,
        URI.create(e.url()),
        e.front().site());
  }

  private static Which which(DockerConfig.ContainerSelector which) {
    return switch (which) {
      case DockerConfig.ContainerSelector.Named(String name) -> new Which.Named(name);
      case DockerConfig.ContainerSelector.Labelled(String key, String value) ->
          new Which.Labelled(key, value);
    };
  }
}
