package dev.deployclaw.lab.campaign.disturbance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.kubernetes.ApiServer;

/**
 * The ConfigMaps in which policies are defined, as those edit them who own them. A gateway's file
 * opens where nobody decides only if all policies say so: one tenant's word rewrites every
 * gateway's file, and rolls every Deployment.
 */
public record TenantConfigMaps(LocalCluster cluster) {
  /** The one whose word changes; all others say {@code allow}. */
  public static final String TENANT = "wonka";

  public void open() {
    for (JsonNode map : maps()) {
      if (!map.path("data").has(TENANT + ".yaml")) {
        say(map, "allow");
      }
    }
  }

  /** Has that tenant say something; nothing changes where it says so already. */
  public void say(String onFailure) {
    for (JsonNode map : maps()) {
      if (map.path("data").has(TENANT + ".yaml")) {
        say(map, onFailure);
      }
    }
  }

  private Iterable<JsonNode> maps() {
    return cluster.list("/api/v1/configmaps").stream()
        .filter(map -> map.at("/metadata/labels/app").asText().equals("rate-limits"))
        .toList();
  }

  private void say(JsonNode map, String onFailure) {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    ObjectNode data = patch.putObject("data");
    for (var document : map.path("data").properties()) {
      String text = document.getValue().asText();
      data.put(
          document.getKey(),
          text.replaceAll("onBackendFailure: \\w+", "onBackendFailure: " + onFailure));
    }
    String path =
        "/api/v1/namespaces/%s/configmaps/%s"
            .formatted(map.at("/metadata/namespace").asText(), map.at("/metadata/name").asText());
    cluster.merge(path, "kubectl-edit", patch);
  }
}
