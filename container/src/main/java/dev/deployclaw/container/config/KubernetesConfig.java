package dev.deployclaw.container.config;

import dev.deployclaw.policy.model.Gateway;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

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
    List<DeploymentEntry> gateways,
    List<MapStore> configurationStores) {

  /**
   * ConfigMaps of policy documents, and which tenants they may define.
   *
   * @param selector of labels; empty for all ConfigMaps of the namespace
   * @param tenants names, or {@code *} for any
   * @param writeBack {@code none}, {@code configmap} or {@code patch-file}
   * @param takesOver field managers whose keys may be written over
   */
  public record MapSource(
      String namespace,
      String selector,
      List<String> tenants,
      String writeBack,
      List<String> takesOver) {
    public MapSource {
      tenants = List.copyOf(tenants);
      takesOver = List.copyOf(takesOver);
    }
  }

  /**
   * A ConfigMap from which services read limits themselves.
   *
   * @param name as the log shows it
   */
  public record MapStore(String name, String namespace, String configMap) {}

  /**
   * A gateway whose pods belong to a Deployment.
   *
   * @param volume of the pod template, of ConfigMaps, mounted as a folder
   * @param file in that folder
   * @param binary NGINX in the container
   * @param url how the agent reaches it; empty for each pod by its own address
   */
  public record DeploymentEntry(
      Gateway gateway,
      String deployment,
      String container,
      String volume,
      String file,
      String binary,
      Optional<String> url,
      NginxSiteConfig front) {}
}
