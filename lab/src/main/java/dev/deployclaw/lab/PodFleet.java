package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.cluster.Cluster;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.parse.PolicyWriter;
import dev.deployclaw.testkit.Await;
import dev.deployclaw.testkit.HostPort;
import dev.deployclaw.testkit.Ports;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Gateways whose pods belong to Deployments of the lab's own Kubernetes, as somebody once set them
 * up; policies are in ConfigMaps beside them.
 *
 * @param folder of the lab
 * @param port that all pods listen on, each at its own address
 */
record PodFleet(Path folder, List<Replicated> gateways, Beside beside, int port) implements Fleet {
  /** Who set all of it up, as Kubernetes says. */
  static final String CREATOR = "kubectl-create";

  /** The ConfigMap from which services could read limits themselves. */
  static final String SERVED = "rate-limits";

  private static final String INSIDE = "/var/lib/gateway";
  private static final Duration READY = Duration.ofMinutes(2);

  /** A gateway, and how many pods it is. */
  record Replicated(Gateway gateway, int replicas) {}

  /** Creates all objects, and waits until each pod answers. */
  static PodFleet start(Path folder, int pods, Beside beside) {
    var cluster = Cluster.adopt(folder);
    var fleet = new PodFleet(folder, Scenario.deployments(pods), beside, Ports.free());
    Scenario.NAMESPACES.forEach(n -> cluster.create("/api/v1/namespaces", CREATOR, named("", n)));
    Scenario.policies()
        .forEach((namespace, policies) ->
            policies.forEach(p ->
                cluster.create(
                    maps(namespace),
                    CREATOR,
                    policy(namespace, p.tenant(), PolicyWriter.yaml(p)))));
    fleet.gateways.forEach(g -> fleet.create(cluster, g));
    AgentAccess.grant(cluster, fleet.gateways.stream().map(Replicated::gateway).toList());
    Await.until("all pods answer", READY, () -> fleet.complete(cluster));
    return fleet;
  }

  @Override
  public String text() {
    return """
    bounds: {converge: 120s}
    kubernetes:
      kubeconfig: kubernetes/kubeconfig
      configurationStores: [{name: pods, namespace: %s, configMap: %s}]
      policySources:
    %s
      gateways:
    %s
    """
        .formatted(
            Scenario.NAMESPACES.getFirst(),
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

  private void create(Cluster cluster, Replicated replicated) {
    var gateway = replicated.gateway();
    ObjectNode map = named(gateway.namespace(), gateway.name() + "-by-hand");
    map.putObject("data").put("nginx.conf", handWritten(gateway));
    cluster.create(maps(gateway.namespace()), CREATOR, map);
    String text =
        Template.fill(
            "deployment.json",
            Map.of(
                "NAME", gateway.name(),
                "NAMESPACE", gateway.namespace(),
                "REPLICAS", Integer.toString(replicated.replicas()),
                "PORT", Integer.toString(port),
                "VOLUME", Cluster.GATEWAY_VOLUME,
                "INSIDE", INSIDE));
    cluster.create(deployments(gateway.namespace()), CREATOR, Template.json(text));
  }

  private boolean complete(Cluster cluster) {
    return gateways.stream()
        .allMatch(g -> {
          var gateway = g.gateway();
          JsonNode deployment =
              cluster.get(deployments(gateway.namespace()) + "/" + gateway.name());
          return deployment.at("/status/availableReplicas").asInt() == g.replicas();
        });
  }

  private String handWritten(Gateway gateway) {
    return LabGateway.handWritten(
        gateway, beside.upstreams(), Map.of("FOLDER", INSIDE, "LISTEN", listen()));
  }

  private String listen() {
    return new HostPort("0.0.0.0", port).toString();
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
    return Scenario.policies().entrySet().stream()
        .map(e ->
            "    - {namespace: %s, selector: \"app=rate-limits\", tenants: [%s],"
                    .formatted(e.getKey(), Fleet.tenants(e.getValue()))
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
            Cluster.GATEWAY_VOLUME,
            INSIDE,
            INSIDE,
            listen(),
            beside.service(gateway.namespace()),
            Scenario.HOST_SUFFIX,
            Fleet.routes(gateway),
            beside.upstreams().text());
  }
}
