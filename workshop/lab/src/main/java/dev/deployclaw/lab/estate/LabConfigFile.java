package dev.deployclaw.lab.estate;

import dev.deployclaw.testkit.network.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The text of the {@code deployclaw.yaml} that tells the agent of a lab. Paths in it are relative
 * to its own folder.
 *
 * @param containers gateways in those, where it has any
 */
public record LabConfigFile(
    Backends backends, GatewayFleet fleet, Optional<ContainerGatewayFleet> containers) {

  /** Where the back ends are; services by namespace. */
  record Backends(
      String etcd, List<HostPort> redis, S3Access s3, String nats, Map<String, String> services) {}

  /** How the bucket is reached; the keys stand in files beside the configuration. */
  record S3Access(String endpoint, String bucket, Path accessKeyFile, Path secretKeyFile) {}

  public static final String ETCD_PREFIX = "/deployclaw/lab/";

  String text() {
    return """
    # written by `deployclaw lab up`; this lab only
    stateDir: ../state
    etcd: {endpoints: ["%s"], prefix: %s}
    redis: {nodes: [%s]}
    s3: {endpoint: "%s", bucket: %s, accessKeyFile: "%s", secretKeyFile: "%s"}
    nats: {url: "%s"}
    gate: {default: auto}
    configurationStores:
      - {name: limits, endpoints: ["%s"], prefix: /services/lab/}
    rateLimitServices:
    %s
    """
            .formatted(
                backends.etcd(),
                ETCD_PREFIX,
                backends.redis().stream()
                    .map(n -> "\"" + n.host() + ":" + n.port() + "\"")
                    .collect(Collectors.joining(", ")),
                backends.s3().endpoint(),
                backends.s3().bucket(),
                backends.s3().accessKeyFile(),
                backends.s3().secretKeyFile(),
                backends.nats(),
                backends.etcd(),
                services())
        + containers.map(ContainerGatewayFleet::text).orElse("")
        + fleet.text();
  }

  private String services() {
    return backends.services().entrySet().stream()
        .map(e -> "  - {namespace: %s, url: \"%s\"}".formatted(e.getKey(), e.getValue()))
        .collect(Collectors.joining("\n"));
  }
}
