package dev.deployclaw.executors.kubernetes.fleet;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesConnection;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.fleet.FleetSnapshot.Needs;
import io.fabric8.kubernetes.api.model.Pod;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** Where each ready pod of the gateways listens, as the API says it now. */
public record PodAddresses(KubernetesConnection link, List<KubernetesGateway> gateways) {
  public PodAddresses {
    gateways = List.copyOf(gateways);
  }

  /** A pod's own address, and the port that NGINX listens on there. */
  public record Address(String gateway, String namespace, String pod, URI url) {}

  /**
   * @param closed gateways without a ready pod, or of which that can't be told
   */
  public record Listening(List<Address> pods, List<MemberReport> closed) {}

  public Listening now() throws InterruptedException {
    var pods = new ArrayList<Address>();
    var closed = new ArrayList<MemberReport>();
    try {
      var fleet = FleetSnapshot.read(link.api(), gateways, Needs.FILES_AND_PODS);
      for (var gateway : gateways) {
        switch (fleet.of(gateway)) {
          case GatewayLookupResult.Lost(MemberReport report) -> closed.add(report);
          case GatewaySnapshot standing -> add(standing, pods, closed);
        }
      }
    } catch (KubernetesException e) {
      gateways.forEach(g -> closed.add(e.report(g.member())));
    }
    return new Listening(pods, closed);
  }

  private static void add(GatewaySnapshot standing, List<Address> pods, List<MemberReport> closed) {
    var gateway = standing.gateway();
    var ready = standing.pods().stream().filter(PodAddresses::reachable).toList();
    ready.forEach(p -> pods.add(address(gateway, p)));
    if (ready.isEmpty()) {
      closed.add(
          DeploymentRollout.desired(standing.deployment()) == 0
              ? MemberReport.skipped(gateway.member(), "has no replicas")
              : MemberReport.unknown(gateway.member(), "no pod of it is ready"));
    }
  }

  private static boolean reachable(Pod pod) {
    return PodInspector.ready(pod) && pod.getStatus().getPodIP() != null;
  }

  private static Address address(KubernetesGateway gateway, Pod pod) {
    String ip = pod.getStatus().getPodIP();
    String host = ip.contains(":") ? "[" + ip + "]" : ip;
    String listen = gateway.site().listen();
    String port = listen.substring(listen.lastIndexOf(':') + 1);
    return new Address(
        gateway.name(),
        gateway.namespace(),
        PodInspector.name(pod),
        URI.create("http://" + host + ":" + port));
  }
}
