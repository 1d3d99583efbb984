package dev.deployclaw.lab.campaign.disturbance;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The pod of a gateway that has the agent beside it, which serves there, and its Deployment. What
 * the agent writes into its state folder is gone with the pod.
 *
 * @param deployment of the gateway
 */
public record AgentPod(TrialEstate site, LocalCluster cluster, Deployment deployment) {
  public static final int PORT = 8088;

  private static final Duration READY = Duration.ofMinutes(2);

  record Deployment(String namespace, String name) {
    String path() {
      return "/apis/apps/v1/namespaces/" + namespace + "/deployments/" + name;
    }
  }

  /** A pod as it was once. */
  public record Pod(String namespace, String name, String address) {
    String path() {
      return "/api/v1/namespaces/" + namespace + "/pods/" + name;
    }
  }

  /** The one that runs, once it is alone, ready, and its agent listens. */
  public Pod now() throws IOException {
    BoundedWait.until("the pod of the agent is alone and ready", READY, () -> ready().isPresent());
    return ready().orElseThrow(() -> new IOException("the pod of the agent went"));
  }

  /** The one that is not on its way out; empty while there are two. */
  private Optional<Pod> ready() {
    var pods = pods();
    return pods.size() == 1 && process(pods.getFirst()).isPresent()
        ? Optional.of(pods.getFirst())
        : Optional.empty();
  }

  public boolean isGone(Pod pod) {
    return pods().stream().noneMatch(p -> p.name().equals(pod.name()));
  }

  public Optional<DaemonProcess> process(Pod pod) {
    Path home = site.lab().folder().resolve(LocalCluster.PODS).resolve(pod.namespace());
    return LocalCluster.agent(home.resolve(pod.name())).filter(DaemonProcess::alive);
  }

  /** Says how long a pod's containers may take to end. */
  public void grant(Pod pod, Duration grace) {
    ObjectNode patch = ApiServer.JSON.createObjectNode();
    patch.putObject("spec").put("terminationGracePeriodSeconds", grace.toSeconds());
    cluster.merge(pod.path(), "campaign", patch);
  }

  /** Those on their way out, too. */
  private List<Pod> pods() {
    return cluster.list("/api/v1/namespaces/" + deployment.namespace() + "/pods").stream()
        .filter(pod -> pod.at("/metadata/labels/app").asText().equals(deployment.name()))
        .filter(pod -> pod.at("/metadata/labels").has("pod-template-hash"))
        .map(pod -> new Pod(deployment.namespace(), name(pod), pod.at("/status/podIP").asText()))
        .toList();
  }

  private static String name(JsonNode pod) {
    return pod.at("/metadata/name").asText();
  }
}
