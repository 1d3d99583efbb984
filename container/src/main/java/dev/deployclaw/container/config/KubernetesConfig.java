package dev.deployclaw.container.config;

import dev.deployclaw.policy.gateway.Site;
import dev.deployclaw.policy.model.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A Kubernetes cluster: what is looked at, where policies are, and the gateways that run there.
 *
 * @param kubeconfig empty in a pod: its service account is used
 * @param context of the kubeconfig; empty for its current one
 * @param timeout for each request
 * @param preflight for one check of a file by a gateway's own image, the start of its pod included
 * @param namespaces looked at besides those of policies and gateways
 */
public record KubernetesConfig(
    Optional<Path> kubeconfig,
    Optional<String> context,
    Duration timeout,
    Duration preflight,
    List<String> namespaces,
    List<MapSource> policySources,
    List<DeploymentEntry> gateways) {

  /**
   * ConfigMaps of policy documents, and which tenants they may define.
   *
   * @param selector of labels; empty for all ConfigMaps of the namespace
   * @param tenants names, or {@code *} for any
   */
  public record MapSource(String namespace, String selector, List<String> tenants) {}

  /**
   * A gateway whose pods belong to a Deployment.
   *
   * @param volume of the pod template, of ConfigMaps, mounted as a folder
   * @param file in that folder
   * @param binary NGINX in the container
   */
  public record DeploymentEntry(
      Gateway gateway,
      String deployment,
      String container,
      String volume,
      String file,
      String binary,
      PodFront front) {}

  /**
   * Where the gateway stands, as its pods see it.
   *
   * @param listen host:port that NGINX listens on
   * @param url how the agent reaches it; empty for each pod by its own address
   * @param service host:port of the rate limit service in the pod
   * @param upstreams host:port by service name
   * @param foreground whether the file says {@code daemon off}; else the command line does
   */
  public record PodFront(
      String listen,
      Optional<String> url,
      String service,
      Map<String, String> upstreams,
      Path pidFile,
      Path accessLog,
      boolean foreground) {

    /** A pod ends as a whole: no worker of an older file outlives it. */
    private static final Duration WORKER_SHUTDOWN = Duration.ofSeconds(10);

    /**
     * What its file needs to know.
     *
     * @throws IllegalArgumentException where a value can't stand in such a file
     */
    public Site site() {
      return new Site(
          listen,
          service,
          new TreeMap<>(upstreams),
          pidFile,
          accessLog,
          foreground,
          WORKER_SHUTDOWN,
          List.of());
    }
  }
}
