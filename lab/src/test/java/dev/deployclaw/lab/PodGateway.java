package dev.deployclaw.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.cluster.Cluster;
import dev.deployclaw.policy.gateway.AccessLine;
import dev.deployclaw.policy.gateway.NginxFile;
import dev.deployclaw.testkit.Daemon;
import dev.deployclaw.testkit.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A gateway's pod as its operator sees it: what it refers to, its port, its log, its process.
 *
 * @param home its folder on the node
 */
record PodGateway(JsonNode pod, Path home) {
  /** All pods of gateways that run, sorted. */
  static List<PodGateway> all(Lab lab) {
    return Cluster.adopt(lab.folder()).list("/api/v1/pods").stream()
        .filter(p -> p.at("/metadata/labels/role").asText().equals("gateway"))
        .filter(p -> !p.path("metadata").has("deletionTimestamp"))
        .map(p -> new PodGateway(p, home(lab, p)))
        .toList();
  }

  private static Path home(Lab lab, JsonNode pod) {
    return lab.folder()
        .resolve(Cluster.PODS)
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
    return pod.at("/status/containerStatuses/0/ready").asBoolean();
  }

  /** The ConfigMap that it reads its file from. */
  String map() {
    return pod.at("/spec/volumes/0/configMap/name").asText();
  }

  /** The file's digest, as its port says; empty where nobody is there who says one. */
  Optional<String> config() {
    var said = Plain.get(address(), "/.well-known/deployclaw", Map.of());
    return NginxFile.configIn(said.body());
  }

  Plain ask(String tenant, String path) {
    return Plain.get(address(), path, Map.of("Host", tenant + "." + Scenario.HOST_SUFFIX));
  }

  long process() {
    return Daemon.adopt(home.resolve("nginx.pid")).orElseThrow().pid();
  }

  /** The synthetic requests of an execution that the rate limit service verified. */
  List<AccessLine> probes(String execution) {
    try {
      return Files.readString(home.resolve("volumes/run/access.log"))
          .lines()
          .flatMap(line -> AccessLine.parse(line).stream())
          .filter(line -> line.probe() && line.execution().equals(execution))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HostPort address() {
    int port = pod.at("/spec/containers/0/ports/0/containerPort").asInt();
    return new HostPort(pod.at("/status/podIP").asText(), port);
  }
}
