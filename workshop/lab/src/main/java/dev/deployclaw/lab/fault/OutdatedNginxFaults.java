package dev.deployclaw.lab.fault;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.file.TestFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.lang3.function.Failable;

/**
 * Namespaces whose new pods get an NGINX that doesn't know {@code auth_request}, as on a node with
 * an older image. A check of a file runs elsewhere and says nothing of it.
 */
record OutdatedNginxFaults(Path lab) {
  List<InjectedFault> current() {
    if (!Files.isDirectory(home())) {
      return List.of();
    }
    try (var namespaces = Files.list(home())) {
      return namespaces
          .map(file -> InjectedFault.of(FaultKind.OLD_NODE, file.getFileName().toString()))
          .sorted((a, b) -> a.target().compareTo(b.target()))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  InjectedFault make(String namespace) throws ImpossibleFaultException {
    if (!LocalCluster.isIn(lab)) {
      throw new ImpossibleFaultException(
          "this lab has no Kubernetes; start one: deployclaw lab up --kubernetes");
    }
    if (!Files.isDirectory(lab.resolve(LocalCluster.PODS).resolve(namespace))) {
      throw new ImpossibleFaultException("no pods run in a namespace " + namespace);
    }
    TestFiles.write(home().resolve(namespace), "");
    return InjectedFault.of(FaultKind.OLD_NODE, namespace);
  }

  /** Returns what was taken back; pods that can't run are created again. */
  List<InjectedFault> heal() {
    var healed = current();
    for (var fault : healed) {
      Failable.run(() -> Files.deleteIfExists(home().resolve(fault.target())));
      renew(fault.target());
    }
    return healed;
  }

  private void renew(String namespace) {
    var cluster = LocalCluster.adopt(lab);
    String pods = "/api/v1/namespaces/" + namespace + "/pods";
    var broken = new ArrayList<>(cluster.list(pods));
    broken.removeIf(OutdatedNginxFaults::ready);
    broken.forEach(pod -> cluster.delete(pods + "/" + pod.at("/metadata/name").asText()));
  }

  private static boolean ready(JsonNode pod) {
    return pod.at("/status/containerStatuses/0/ready").asBoolean();
  }

  private Path home() {
    return lab.resolve(LocalCluster.OLD_NODES);
  }
}
