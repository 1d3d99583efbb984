package dev.deployclaw.lab.fault;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.cluster.Cluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Namespaces whose new pods get an NGINX that doesn't know {@code auth_request}, as on a node with
 * an older image. A check of a file runs elsewhere and says nothing of it.
 */
final class OldNodes {
  private final Path lab;
  private final Path home;

  OldNodes(Path labFolder) {
    this.lab = labFolder;
    this.home = labFolder.resolve(Cluster.OLD_NODES);
  }

  List<Fault> current() {
    if (!Files.isDirectory(home)) {
      return List.of();
    }
    try (var namespaces = Files.list(home)) {
      return namespaces
          .map(file -> Fault.of(FaultKind.OLD_NODE, file.getFileName().toString()))
          .sorted((a, b) -> a.target().compareTo(b.target()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Fault make(String namespace) throws Impossible {
    if (!Cluster.isIn(lab)) {
      throw new Impossible("this lab has no Kubernetes; start one: deployclaw lab up --kubernetes");
    }
    if (!Files.isDirectory(lab.resolve(Cluster.PODS).resolve(namespace))) {
      throw new Impossible("no pods run in a namespace " + namespace);
    }
    try {
      Files.createDirectories(home);
      Files.writeString(home.resolve(namespace), "");
      return Fault.of(FaultKind.OLD_NODE, namespace);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what was taken back; pods that can't run are made anew. */
  List<Fault> heal() {
    var healed = current();
    for (var fault : healed) {
      try {
        Files.deleteIfExists(home.resolve(fault.target()));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      renew(fault.target());
    }
    return healed;
  }

  private void renew(String namespace) {
    var cluster = Cluster.adopt(lab);
    String pods = "/api/v1/namespaces/" + namespace + "/pods";
    var broken = new ArrayList<>(cluster.list(pods));
    broken.removeIf(OldNodes::ready);
    broken.forEach(pod -> cluster.delete(pods + "/" + pod.at("/metadata/name").asText()));
  }

  private static boolean ready(JsonNode pod) {
    return pod.at("/status/containerStatuses/0/ready").asBoolean();
  }
}
