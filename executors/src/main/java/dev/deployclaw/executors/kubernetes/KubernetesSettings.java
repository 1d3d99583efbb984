package dev.deployclaw.executors.kubernetes;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * What of a Kubernetes cluster belongs to the estate, and how hard it is asked.
 *
 * @param namespaces looked at besides those of gateways
 * @param atOnce gateways or namespaces worked on at the same time
 * @param preflight how long a check by the gateway's own image may take, its start included
 * @param poll between two looks at something that is awaited
 * @param shardBytes the most that one ConfigMap of ours holds; the API's own limit is 1 MiB
 */
public record KubernetesSettings(
    List<String> namespaces,
    List<ConfigMapSource> policies,
    List<KubernetesGateway> gateways,
    int atOnce,
    Duration preflight,
    Duration poll,
    int shardBytes) {
  private static final int SHARD_BYTES = 900 * 1024;

  /** For where no cluster is configured. */
  public static final KubernetesSettings NONE =
      of(List.of(), List.of(), List.of(), Duration.ofSeconds(1));

  public KubernetesSettings {
    namespaces = List.copyOf(namespaces);
    policies = List.copyOf(policies);
    gateways = List.copyOf(gateways);
  }

  public static KubernetesSettings of(
      List<String> namespaces,
      List<ConfigMapSource> policies,
      List<KubernetesGateway> gateways,
      Duration preflight) {
    return new KubernetesSettings(
        namespaces, policies, gateways, 8, preflight, Duration.ofMillis(500), SHARD_BYTES);
  }

  /** All namespaces that are named somewhere, sorted. */
  public Set<String> named() {
    var out = looked();
    policies.stream().map(ConfigMapSource::namespace).forEach(out::add);
    return out;
  }

  /**
   * Those whose Deployments, pods and services are looked at, sorted. In one of policies alone
   * there is nothing to see but its ConfigMaps, which the sources read.
   */
  public Set<String> looked() {
    var out = new TreeSet<>(namespaces);
    gateways.stream().map(KubernetesGateway::namespace).forEach(out::add);
    return out;
  }
}
