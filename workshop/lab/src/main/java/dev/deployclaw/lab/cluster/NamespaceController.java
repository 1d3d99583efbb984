package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.util.HashSet;
import java.util.Set;

/**
 * Puts into each namespace what Kubernetes itself puts there: a ConfigMap of the cluster's
 * certificate, and the service account of pods that name none. For one thread.
 */
final class NamespaceController {
  private static final String MANAGER = DeploymentController.MANAGER;
  private static final String ROOT = "kube-root-ca.crt";

  private final ApiServer api;
  private final String certificate;
  private final Set<String> done = new HashSet<>();

  /**
   * @param certificate by which the API server proves to be itself
   */
  NamespaceController(ApiServer api, String certificate) {
    this.api = api;
    this.certificate = certificate;
  }

  /** One look at all of them. */
  void look() {
    for (String path : api.objects(p -> p.matches("/api/v1/namespaces/[^/]+")).keySet()) {
      if (done.add(path)) {
        ObjectNode map = ApiServer.JSON.createObjectNode();
        map.putObject("data").put("ca.crt", certificate);
        add(path + "/configmaps/", ROOT, map);
        add(path + "/serviceaccounts/", "default", ApiServer.JSON.createObjectNode());
      }
    }
  }

  private void add(String collection, String name, ObjectNode object) {
    if (api.object(collection + name).isEmpty()) {
      String namespace = collection.split("/", -1)[4];
      object.putObject("metadata").put("namespace", namespace).put("name", name);
      api.put(collection + name, MANAGER, object);
    }
  }
}
