package dev.deployclaw.lab.estate;

import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.testkit.network.HostPort;
import java.util.List;
import java.util.stream.Collectors;

/** The gateways of a lab that are in no container, and where its tenants' policies are kept. */
sealed interface GatewayFleet permits FolderGatewayFleet, PodGatewayFleet {
  String text();

  int size();

  /** What to say of them when they all run. */
  String words();

  /** What one listens on that has an address of its own. */
  static String listen(int port) {
    return new HostPort("0.0.0.0", port).toString();
  }

  static String tenants(List<TenantPolicy> policies) {
    return policies.stream().map(TenantPolicy::tenant).collect(Collectors.joining(", "));
  }

  static String routes(Gateway gateway) {
    return gateway.routes().stream()
        .map(r -> "{prefix: %s, service: %s}".formatted(r.prefix(), r.service()))
        .collect(Collectors.joining(", "));
  }
}
