package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/** What the administrator of a lab's cluster sees and does. */
record ClusterAdministrator(LabEstate lab, LocalCluster cluster) {
  /** What a tool would apply that has the whole Deployment in its repository. */
  ObjectNode manifest(String deployment) {
    var live = cluster.get(deployment);
    ObjectNode out = ApiServer.JSON.createObjectNode();
    out.put("apiVersion", "apps/v1").put("kind", "Deployment");
    var metadata = out.putObject("metadata");
    for (String field : List.of("name", "namespace", "labels")) {
      metadata.set(field, live.path("metadata").path(field));
    }
    out.set("spec", live.path("spec").deepCopy());
    return out;
  }

  void pause(String deployment, boolean paused) {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    patch.putObject("spec").put("paused", paused);
    cluster.merge(deployment, "kubectl-rollout", patch);
  }

  ObjectNode rules(String role) {
    ObjectNode out = ApiServer.JSON.createObjectNode();
    out.set("rules", cluster.get(role).path("rules").deepCopy());
    return out;
  }

  /** Of gateways' ready pods, by pod: one that was started again has another process. */
  SortedMap<String, Long> processes(String... gateways) {
    var out = new TreeMap<String, Long>();
    PodGatewayProbe.all(lab).stream()
        .filter(p -> List.of(gateways).contains(p.gateway()) && p.ready())
        .forEach(p -> out.put(p.name(), p.process()));
    return out;
  }

  /** The ConfigMap that each Deployment refers to. */
  SortedMap<String, String> files() {
    var out = new TreeMap<String, String>();
    for (JsonNode deployment : cluster.list("/apis/apps/v1/deployments")) {
      out.put(
          deployment.at("/metadata/name").asText(),
          deployment.at("/spec/template/spec/volumes/0/configMap/name").asText());
    }
    return out;
  }
}
