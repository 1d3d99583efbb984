package dev.deployclaw.executors.gateway;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The file gateways of an estate, and how hard they are asked.
 *
 * @param atOnce gateways worked on at the same time
 * @param answer for one exchange with a gateway
 * @param check for one run of a gateway's own parser
 * @param scratch the agent's own folder for what a parser is shown
 */
public record FileGatewaySettings(
    List<FileGateway> gateways, int atOnce, Duration answer, Duration check, Path scratch) {
  public FileGatewaySettings {
    gateways = List.copyOf(gateways);
  }

  public static FileGatewaySettings of(List<FileGateway> gateways, Path scratch) {
    return new FileGatewaySettings(
        gateways, 8, Duration.ofSeconds(5), Duration.ofSeconds(20), scratch);
  }
}
