package dev.deployclaw.lab.estate;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Gateways whose pods belong to Deployments of the lab's own Kubernetes, as somebody once set them
 * up; policies are in ConfigMaps beside them.
 *
 * @param folder of the lab
 * @param port that all pods listen on, each at its own address
 */
public record PodGatewayFleet(
    Path folder, List<Replicated> gateways, GatewayDependencies beside, int port)
    implements GatewayFleet {
  private static final String SHIPPED_NAMESPACE = "edge";

  /** Who set all of it up, as Kubernetes says. */
  static final String CREATOR = "kubectl-create";

  /** The ConfigMap from which services could read limits themselves. */
  public static final String SERVED = "rate-limits";

  private static final String INSIDE = "/var/lib/gateway";
  private static final Duration READY = Duration.ofMinutes(2);

  record Replicated(Gateway gateway, int replicas) {}

  static PodGatewayFleet start(Path folder, int pods, GatewayDependencies beside) {
    var cluster = LocalCluster.adopt(folder);
    var fleet =
        new PodGatewayFleet(
            folder, ReferenceScenario.deployments(pods), beside, FreePortFinder.free());
    ReferenceScenario.NAMESPACES.forEach(
        n -> cluster.create("/api/v1/namespaces", CREATOR, named("", n)));
    ReferenceScenario.policies()
        .forEach((namespace, policies) ->
            policies.forEach(p ->
                cluster.create(
                    maps(namespace),
                    CREATOR,
                    policy(namespace, p.tenant(), PolicyYamlWriter.yaml(p)))));
    fleet.gateways.forEach(g -> fleet.create(cluster, g));
    grant(cluster, fleet.gateways.stream().map(Replicated::gateway).toList());
    BoundedWait.until("all pods answer", READY, () -> fleet.complete(cluster));
    return fleet;
  }

  @Override
  public String text() {
    return """
    bounds: {converge: 120s}
    host: {ports: [%d]}
    kubernetes:
      kubeconfig: kubernetes/kubeconfig
      configurationStores: [{name: pods, namespace: %s, configMap: %s}]
      policySources:
    %s
      gateways:
    %s
    """
        .formatted(
            LocalCluster.adopt(folder).port(),
            ReferenceScenario.NAMESPACES.getFirst(),
            SERVED,
            sources(),
            gateways.stream().map(this::gateway).collect(Collectors.joining("\n")));
  }

  @Override
  public int size() {
    return gateways.size();
  }

  @Override
  public String words() {
    int pods = gateways.stream().mapToInt(Replicated::replicas).sum();
    return "gateways: %d pods of %d Deployments".formatted(pods, gateways.size());
  }

  private void create(LocalCluster cluster, Replicated replicated) {
    var gateway = replicated.gateway();
    ObjectNode map = named(gateway.namespace(), gateway.name() + "-by-hand");
    var place = Map.of("FOLDER", INSIDE, "LISTEN", GatewayFleet.listen(port));
    map.putObject("data")
        .put("nginx.conf", LabNginxGateway.handWritten(gateway, beside.upstreams(), place));
    cluster.create(maps(gateway.namespace()), CREATOR, map);
    String text =
        ResourceTemplate.fill(
            "deployment.json",
            Map.of(
                "NAME", gateway.name(),
                "NAMESPACE", gateway.namespace(),
                "REPLICAS", Integer.toString(replicated.replicas()),
                "PORT", Integer.toString(port),
                "VOLUME", LocalCluster.GATEWAY_VOLUME,
                "INSIDE", INSIDE));
    cluster.create(deployments(gateway.namespace()), CREATOR, ResourceTemplate.json(text));
  }

  private boolean complete(LocalCluster cluster) {
    return gateways.stream()
        .allMatch(g -> {
          var gateway = g.gateway();
          JsonNode deployment =
              cluster.get(deployments(gateway.namespace()) + "/" + gateway.name());
          return deployment.at("/status/availableReplicas").asInt() == g.replicas();
        });
  }

  private static ObjectNode policy(String namespace, String tenant, String yaml) {
    ObjectNode map = named(namespace, "rate-limits-" + tenant);
    map.withObject("/metadata/labels").put("app", "rate-limits");
    map.putObject("data").put(tenant + ".yaml", yaml);
    return map;
  }

  private static ObjectNode named(String namespace, String name) {
    ObjectNode object = ApiServer.JSON.createObjectNode();
    ObjectNode metadata = object.putObject("metadata").put("name", name);
    if (!namespace.isEmpty()) {
      metadata.put("namespace", namespace);
    }
    return object;
  }

  private static String maps(String namespace) {
    return "/api/v1/namespaces/" + namespace + "/configmaps";
  }

  private static String deployments(String namespace) {
    return "/apis/apps/v1/namespaces/" + namespace + "/deployments";
  }

  private static String sources() {
    return ReferenceScenario.policies().entrySet().stream()
        .map(e ->
            "    - {namespace: %s, selector: \"app=rate-limits\", tenants: [%s],"
                    .formatted(e.getKey(), GatewayFleet.tenants(e.getValue()))
                + " writeBack: configmap, takesOver: [%s]}".formatted(CREATOR))
        .collect(Collectors.joining("\n"));
  }

  private String gateway(Replicated replicated) {
    var gateway = replicated.gateway();
    return """
        - name: %s
          namespace: %s
          volume: %s
          foreground: true
          pidFile: %s/nginx.pid
          accessLog: %s/access.log
          listen: "%s"
          service: "%s"
          identity: {host: %s}
          routes: [%s]
          upstreams: {%s}\
    """
        .formatted(
            gateway.name(),
            gateway.namespace(),
            LocalCluster.GATEWAY_VOLUME,
            INSIDE,
            INSIDE,
            GatewayFleet.listen(port),
            beside.service(gateway.namespace()),
            ReferenceScenario.HOST_SUFFIX,
            GatewayFleet.routes(gateway),
            beside.upstreams().text());
  }

  /**
   * Gives the agent the Role that is shipped ({@code container/kubernetes/access.yaml}), in each
   * namespace with the names of its own gateways, for one service account. From now on the
   * cluster's kubeconfig is the agent's.
   */
  private static void grant(LocalCluster cluster, List<Gateway> gateways) {
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
