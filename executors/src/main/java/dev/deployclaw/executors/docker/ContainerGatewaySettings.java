package dev.deployclaw.executors.docker;

import java.time.Duration;
import java.util.List;

/**
 * The gateways in containers of one daemon, and how hard they are asked.
 *
 * @param atOnce gateways worked on at the same time
 * @param answer for one exchange with a gateway
 * @param check for one run of a gateway's own parser
 */
public record ContainerGatewaySettings(
    DockerSettings docker,
    List<ContainerGateway> gateways,
    int atOnce,
    Duration answer,
    Duration check) {
  public ContainerGatewaySettings {
    gateways = List.copyOf(gateways);
  }

  public static ContainerGatewaySettings of(
      DockerSettings docker, List<ContainerGateway> gateways) {
    return new ContainerGatewaySettings(
        docker, gateways, 8, Duration.ofSeconds(5), Duration.ofSeconds(20));
  }
}
