package dev.deployclaw.lab.estate;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * The rights of the agent at the lab's Kubernetes: the Role that is shipped ({@code
 * container/kubernetes/access.yaml}), in each namespace with the names of its own gateways, for one
 * service account.
 */
final class AgentAccessSetup {
  private static final String SHIPPED_NAMESPACE = "edge";

  private AgentAccessSetup() {}

  /** From now on the cluster's kubeconfig is the agent's. */
  static void grant(LocalCluster cluster, List<Gateway> gateways) {
    String home = ReferenceScenario.NAMESPACES.getFirst();
    String account = "";
    for (String namespace : ReferenceScenario.NAMESPACES) {
      var names =
          gateways.stream()
              .filter(g -> g.namespace().equals(namespace))
              .map(Gateway::name)
              .toList();
      for (ObjectNode object : shipped()) {
        boolean one = object.path("kind").asText().equals("ServiceAccount");
        if (one) {
          account = object.at("/metadata/name").asText();
        }
        if (!one || namespace.equals(home)) {
          cluster.create(
              collection(object, namespace),
              PodGatewayFleet.CREATOR,
              own(object, namespace, names));
        }
      }
    }
    cluster.admit(home, account);
  }

  private static ObjectNode own(ObjectNode object, String namespace, List<String> gateways) {
    ObjectNode out = object.deepCopy();
    out.withObject("/metadata").put("namespace", namespace);
    out.path("subjects")
        .forEach(s -> ((ObjectNode) s).put("namespace", ReferenceScenario.NAMESPACES.getFirst()));
    out.path("rules")
        .forEach(rule -> {
          if (rule.path("resourceNames") instanceof ArrayNode shipped) {
            var names = named(shipped, namespace, gateways);
            shipped.removeAll();
            names.forEach(shipped::add);
          }
        });
    return out;
  }

  private static List<String> named(ArrayNode shipped, String namespace, List<String> gateways) {
    String first = shipped.path(0).asText();
    return first.equals("gw-01") ? gateways : List.of(first.replace(SHIPPED_NAMESPACE, namespace));
  }

  private static String collection(ObjectNode object, String namespace) {
    String version = object.path("apiVersion").asText();
    String plural = object.path("kind").asText().toLowerCase(Locale.ROOT) + "s";
    String base = version.contains("/") ? "/apis/" : "/api/";
    return base + version + "/namespaces/" + namespace + "/" + plural;
  }

  private static List<ObjectNode> shipped() {
    var out = new ArrayList<ObjectNode>();
    var load = new Load(LoadSettings.builder().build());
    for (Object document : load.loadAllFromString(ResourceTemplate.fill("access.yaml", Map.of()))) {
      out.add(ApiServer.JSON.valueToTree(document));
    }
    return out;
  }
}
