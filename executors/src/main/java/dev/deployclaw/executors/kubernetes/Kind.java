package dev.deployclaw.executors.kubernetes;

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
record Kind<T extends HasMetadata>(
    String group,
    String plural,
    Class<T> type,
    Class<? extends KubernetesResourceList<T>> list,
    int page) {
  static final Kind<Namespace> NAMESPACES =
      new Kind<>("", "namespaces", Namespace.class, NamespaceList.class, 500);
  static final Kind<Pod> PODS = new Kind<>("", "pods", Pod.class, PodList.class, 500);
  static final Kind<Service> SERVICES =
      new Kind<>("", "services", Service.class, ServiceList.class, 500);
  static final Kind<ConfigMap> CONFIG_MAPS =
      new Kind<>("", "configmaps", ConfigMap.class, ConfigMapList.class, 50);
  static final Kind<Deployment> DEPLOYMENTS =
      new Kind<>("apps", "deployments", Deployment.class, DeploymentList.class, 500);

  Ask ask(String verb, String namespace, String name) {
    return new Ask(verb, group, plural, namespace, name);
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
