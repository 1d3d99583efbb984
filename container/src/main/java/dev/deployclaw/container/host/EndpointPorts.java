package dev.deployclaw.container.host;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.DockerConfig;
import dev.deployclaw.container.config.KubernetesConfig;
import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The TCP ports of all back ends that a configuration names. */
final class EndpointPorts {
  private static final int HTTP = 80;
  private static final int HTTPS = 443;

  /** Where API servers of Kubernetes listen; the kubeconfig is the host's to read. */
  private static final List<Integer> API_SERVER = List.of(HTTPS, 6443);

  private final Set<Integer> ports = new TreeSet<>();

  private EndpointPorts() {}

  /** Where executors connect to. */
  static Set<Integer> of(AgentConfig config) {
    var all = new EndpointPorts();
    config.etcd().endpoints().forEach(all::url);
    config.redis().nodes().forEach(all::address);
    all.url(config.s3().endpoint());
    config.services().forEach(s -> all.url(s.url()));
    config.gateways().forEach(g -> all.url(g.url()));
    config.configurationStores().forEach(s -> s.etcd().endpoints().forEach(all::url));
    config.docker().ifPresent(all::docker);
    config.kubernetes().ifPresent(all::kubernetes);
    all.ports.addAll(config.host().ports());
    return all.ports;
  }

  /** Where gateways on this machine listen: their parser opens these ports. */
  static Set<Integer> listening(AgentConfig config) {
    var all = new EndpointPorts();
    config.gateways().forEach(g -> all.address(g.front().listen()));
    return all.ports;
  }

  private void docker(DockerConfig docker) {
    if (!docker.host().startsWith("unix:")) {
      url(docker.host());
    }
    docker.gateways().forEach(g -> url(g.url()));
  }

  private void kubernetes(KubernetesConfig kubernetes) {
    ports.addAll(API_SERVER);
    for (var gateway : kubernetes.gateways()) {
      gateway.url().ifPresentOrElse(this::url, () -> address(gateway.front().listen()));
    }
  }

  private void url(String url) {
    var uri = URI.create(url);
    int port = uri.getPort();
    ports.add(port > 0 ? port : "https".equals(uri.getScheme()) ? HTTPS : HTTP);
  }

  /** {@code host:port}, or the port alone. */
  private void address(String address) {
    ports.add(Integer.parseInt(address.substring(address.lastIndexOf(':') + 1)));
  }
}
