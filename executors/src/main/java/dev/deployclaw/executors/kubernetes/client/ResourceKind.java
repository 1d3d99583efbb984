package dev.deployclaw.executors.kubernetes.client;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapList;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResourceList;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceList;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodList;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceList;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.DeploymentList;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/**
 * A kind of object, and where the API keeps it.
 *
 * @param group empty for the core group
 * @param plural as in paths and in RBAC
 * @param page how many a page of a list holds: large objects come in small pages
 */
public record ResourceKind<T extends HasMetadata>(
    String group,
    String plural,
    Class<T> type,
    Class<? extends KubernetesResourceList<T>> list,
    int page) {
  public static final ResourceKind<Namespace> NAMESPACES =
      new ResourceKind<>("", "namespaces", Namespace.class, NamespaceList.class, 500);
  public static final ResourceKind<Pod> PODS =
      new ResourceKind<>("", "pods", Pod.class, PodList.class, 500);
  public static final ResourceKind<Service> SERVICES =
      new ResourceKind<>("", "services", Service.class, ServiceList.class, 500);
  public static final ResourceKind<ConfigMap> CONFIG_MAPS =
      new ResourceKind<>("", "configmaps", ConfigMap.class, ConfigMapList.class, 50);
  public static final ResourceKind<Deployment> DEPLOYMENTS =
      new ResourceKind<>("apps", "deployments", Deployment.class, DeploymentList.class, 500);

  public RbacRequest ask(String verb, String namespace, String name) {
    return new RbacRequest(verb, group, plural, namespace, name);
  }

  /** All of a namespace, or of the cluster where it is empty. */
  String path(String namespace) {
    String root = group.isEmpty() ? "/api/v1" : "/apis/" + group + "/v1";
    String below = namespace.isEmpty() ? "" : "/namespaces/" + escaped(namespace);
    return root + below + "/" + plural;
  }

  String path(String namespace, String name) {
    return path(namespace) + "/" + escaped(name);
  }

  static String escaped(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
