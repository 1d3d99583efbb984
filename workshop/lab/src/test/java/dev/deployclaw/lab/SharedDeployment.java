package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A Deployment of the lab with a second gateway, {@code inner}: a container, a volume and a port of
 * its own in the same pods.
 *
 * @param config of an agent that knows both
 */
record SharedDeployment(LabFixture scene, LocalCluster cluster, Path config) {
  static final String FIRST = "gw-06";
  static final String INNER = "inner";

  private static final String NAMESPACE = "edge-ap";
  static final String MEMBER = "gateway/" + NAMESPACE + "/" + INNER;
  private static final String MAPS = "/api/v1/namespaces/" + NAMESPACE + "/configmaps";
  private static final String SETS = "/apis/apps/v1/namespaces/" + NAMESPACE + "/replicasets";
  private static final String PATH =
      "/apis/apps/v1/namespaces/" + NAMESPACE + "/deployments/" + FIRST;
  private static final String CONTAINERS = "/spec/template/spec/containers";
  private static final String VOLUMES = "/spec/template/spec/volumes";
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final String PORT = "containerPort";

  /** Adds the gateway to the estate, as a person would who edits the Deployment. */
  static SharedDeployment make(LabFixture scene, LocalCluster cluster) throws IOException {
    int from = cluster.get(PATH).at(CONTAINERS + "/0/ports/0/" + PORT).asInt();
    int to = FreePortFinder.free();
    var byHand = (ObjectNode) cluster.get(MAPS + "/" + FIRST + "-by-hand").deepCopy();
    String file = byHand.at("/data/nginx.conf").asText().replace(":" + from, ":" + to);
    byHand.putObject("metadata").put("namespace", NAMESPACE).put("name", INNER + "-by-hand");
    byHand.putObject("data").put("nginx.conf", file);
    cluster.create(MAPS, "kubectl-create", byHand);
    cluster.merge(PATH, "kubectl-edit", added(cluster.get(PATH), to));
    String text = Files.readString(scene.lab().config());
    var own = scene.lab().folder().resolve("shared.yaml");
    return new SharedDeployment(
        scene, cluster, Files.writeString(own, configuration(text, from, to)));
  }

  private static ObjectNode added(JsonNode deployment, int port) {
    var containers = (ArrayNode) deployment.at(CONTAINERS).deepCopy();
    ObjectNode inner = containers.path(0).deepCopy();
    inner.put("name", INNER);
    ((ObjectNode) inner.at("/ports/0")).put("name", INNER).put(PORT, port);
    ((ObjectNode) inner.at("/readinessProbe/httpGet")).put("port", INNER);
    ((ObjectNode) inner.at("/volumeMounts/0")).put("name", INNER);
    ((ObjectNode) inner.at("/volumeMounts/1")).put("name", "inner-run");
    containers.add(inner);
    var volumes = (ArrayNode) deployment.at(VOLUMES).deepCopy();
    volumes.add(volume(INNER + "-by-hand"));
    volumes.addObject().put("name", "inner-run").putObject("emptyDir");
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    var spec = patch.putObject("spec").putObject("template").putObject("spec");
    spec.set("containers", containers);
    spec.set("volumes", volumes);
    return patch;
  }

  private static ObjectNode volume(String map) {
    ObjectNode volume = ApiServer.JSON.createObjectNode().put("name", INNER);
    volume.putObject("configMap").put("name", map);
    return volume;
  }

  private static String configuration(String text, int from, int to) {
    int start = text.indexOf("    - name: " + FIRST + "\n");
    String first = text.substring(start);
    String inner =
        first
            .replace("name: " + FIRST, "name: " + INNER)
            .replace(
                "volume: " + LocalCluster.GATEWAY_VOLUME,
                "volume: %s\n      container: %s\n      deployment: %s"
                    .formatted(INNER, INNER, FIRST))
            .replace(":" + from + "\"", ":" + to + "\"");
    return text.stripTrailing() + "\n" + inner;
  }

  /** What an agent is told that knows both. */
  Map<String, String> environment(Map<String, String> more) {
    var out = new HashMap<>(more);
    out.put("DEPLOYCLAW_CONFIG", config.toString());
    return out;
  }

  /** Runs a command of such an agent. */
  Ran run(String... words) {
    return scene.quickAgent(environment(Map.of())).run(words);
  }

  List<JsonNode> pods() {
    return PodGatewayProbe.all(scene.lab()).stream()
        .filter(p -> p.gateway().equals(FIRST))
        .map(PodGatewayProbe::pod)
        .toList();
  }

  boolean isRolledOut() {
    return pods().stream().allMatch(pod -> files(pod).equals(state().files()));
  }

  /** Both have a route more from now on, as the configuration says. */
  void addRoute() throws IOException {
    String text = Files.readString(config);
    int start = text.indexOf("    - name: " + FIRST + "\n");
    String more = "routes: [{prefix: /more, service: search}, ";
    Files.writeString(
        config, text.substring(0, start) + text.substring(start).replace("routes: [", more));
  }

  /**
   * What the Deployment is.
   *
   * @param files the ConfigMap of each gateway
   * @param sets its ReplicaSets
   * @param active those that are to have pods
   */
  record State(
      long generation,
      SortedMap<String, String> files,
      SortedSet<String> sets,
      SortedSet<String> active) {
    /** What its gateways read, by digest, whatever epoch staged it. */
    SortedMap<String, String> contents() {
      var out = new TreeMap<String, String>();
      files.forEach((gateway, map) -> out.put(gateway, map.replaceFirst("-e\\d+-", "-")));
      return out;
    }
  }

  State state() {
    var deployment = cluster.get(PATH);
    return new State(
        deployment.at("/metadata/generation").asLong(),
        configMaps(deployment.at(VOLUMES)),
        sets(0),
        sets(1));
  }

  /** The ConfigMap of each gateway that a pod reads. */
  static SortedMap<String, String> files(JsonNode pod) {
    return configMaps(pod.at("/spec/volumes"));
  }

  private static SortedMap<String, String> configMaps(JsonNode volumes) {
    var out = new TreeMap<String, String>();
    for (JsonNode volume : volumes) {
      if (volume.has("configMap")) {
        boolean inner = volume.path("name").asText().equals(INNER);
        out.put(inner ? INNER : FIRST, volume.at("/configMap/name").asText());
      }
    }
    return out;
  }

  /** The epoch in the marks of each gateway. */
  SortedMap<String, Long> marks() {
    var marks = cluster.get(PATH).at("/metadata/annotations");
    var out = new TreeMap<String, Long>();
    for (String gateway : List.of(FIRST, INNER)) {
      out.put(gateway, marks.path(gateway + ".deployclaw.dev/epoch").asLong());
    }
    return out;
  }

  private SortedSet<String> sets(int atLeast) {
    var out = new TreeSet<String>();
    for (JsonNode set : cluster.list(SETS)) {
      boolean own = set.at("/metadata/ownerReferences/0/name").asText().equals(FIRST);
      if (own && set.at("/spec/replicas").asInt() >= atLeast) {
        out.add(set.at("/metadata/name").asText());
      }
    }
    return out;
  }

  /**
   * Another tool applies the source of the second gateway's volume from now on, as it is. What is
   * broken is healed once the first gateway is back.
   */
  void takeInnerVolume(String manager, State before) {
    ObjectNode manifest = ApiServer.JSON.createObjectNode();
    manifest.put("apiVersion", "apps/v1").put("kind", "Deployment");
    manifest.putObject("metadata").put("namespace", NAMESPACE).put("name", FIRST);
    var spec = manifest.putObject("spec").putObject("template").putObject("spec");
    spec.putArray("volumes").add(volume(Objects.requireNonNull(state().files().get(INNER))));
    cluster.apply(PATH, manager, manifest);
    var first = before.files().get(FIRST);
    Thread.ofVirtual()
        .start(() -> {
          BoundedWait.until("one is back", SOON, () -> state().files().containsValue(first));
          scene.heal();
        });
  }

  /** The files' digests that a pod's gateways say at their ports. */
  static List<String> configs(JsonNode pod) {
    var out = new ArrayList<String>();
    for (JsonNode container : pod.at("/spec/containers")) {
      int port = container.at("/ports/0/" + PORT).asInt();
      var address = new HostPort(pod.at("/status/podIP").asText(), port);
      var said = PlainHttpResponse.get(address, "/.well-known/deployclaw", Map.of());
      NginxConfigFile.configIn(said.body()).ifPresent(out::add);
    }
    return out;
  }
}
