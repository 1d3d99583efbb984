package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.lab.estate.ReferenceScenario;
import dev.deployclaw.policy.gateway.AccessLogLine;
import dev.deployclaw.policy.gateway.NginxConfigFile;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;

/**
 * A gateway's pod as its operator sees it: what it refers to, its port, its log, its process.
 *
 * @param home its folder on the node
 */
record PodGatewayProbe(JsonNode pod, Path home) {
  /** All pods of gateways that run, sorted. */
  static List<PodGatewayProbe> all(LabEstate lab) {
    return LocalCluster.adopt(lab.folder()).list("/api/v1/pods").stream()
        .filter(p -> p.at("/metadata/labels/role").asText().equals("gateway"))
        .filter(p -> !p.path("metadata").has("deletionTimestamp"))
        .map(p -> new PodGatewayProbe(p, home(lab, p)))
        .toList();
  }

  private static Path home(LabEstate lab, JsonNode pod) {
    return lab.folder()
        .resolve(LocalCluster.PODS)
        .resolve(pod.at("/metadata/namespace").asText())
        .resolve(pod.at("/metadata/name").asText());
  }

  String name() {
    return pod.at("/metadata/name").asText();
  }

  String namespace() {
    return pod.at("/metadata/namespace").asText();
  }

  /** Of its Deployment. */
  String gateway() {
    return pod.at("/metadata/labels/app").asText();
  }

  boolean ready() {
    var containers = pod.at("/status/containerStatuses");
    return !containers.isEmpty()
        && containers.valueStream().allMatch(c -> c.path("ready").asBoolean());
  }

  /** The ConfigMap that it reads its file from. */
  String map() {
    return pod.at("/spec/volumes/0/configMap/name").asText();
  }

  /** The file's digest, as its port says; empty where nobody is there who says one. */
  Optional<String> config() {
    var said = PlainHttpResponse.get(address(), "/.well-known/deployclaw", Map.of());
    return NginxConfigFile.configIn(said.body());
  }

  PlainHttpResponse ask(String tenant, String path) {
    return PlainHttpResponse.get(
        address(), path, Map.of("Host", tenant + "." + ReferenceScenario.HOST_SUFFIX));
  }

  long process() {
    return DaemonProcess.adopt(home.resolve("nginx.pid")).orElseThrow().pid();
  }

  /** The synthetic requests of an execution that the rate limit service verified. */
  List<AccessLogLine> probes(String execution) {
    return Failable.get(() ->
        Files.readString(home.resolve("volumes/run/access.log"))
            .lines()
            .flatMap(line -> AccessLogLine.parse(line).stream())
            .filter(line -> line.probe() && line.execution().equals(execution))
            .toList());
  }

  private HostPort address() {
    int port = pod.at("/spec/containers/0/ports/0/containerPort").asInt();
    return new HostPort(pod.at("/status/podIP").asText(), port);
  }
}
