package dev.deployclaw.executors.kubernetes.inspect;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.PodLabelIndex;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.fleet.DeploymentRollout;
import dev.deployclaw.executors.member.BoundedFanout;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One namespace by three lists: Deployments, pods, services. */
record NamespaceInspector(KubernetesApi api, List<KubernetesGateway> gateways) {
  private static final int MOST_PODS = 200;

  /**
   * A namespace to be looked at.
   *
   * @param missing whether the cluster is known to have none of that name
   */
  record Place(String namespace, boolean missing) implements BoundedFanout.Member {
    @Override
    public String member() {
      return "kubernetes/" + namespace;
    }
  }

  MemberReport at(Place place) throws InterruptedException {
    if (place.missing()) {
      return MemberReport.no(place.member(), "there is no namespace " + place.namespace());
    }
    var denied = new ArrayList<String>();
    try {
      var deployments = list(ResourceKind.DEPLOYMENTS, place, denied);
      var pods = list(ResourceKind.PODS, place, denied);
      var services = list(ResourceKind.SERVICES, place, denied);
      var facts = counts(deployments, pods, services);
      facts.put("gateways", gateways(place, deployments, Around.of(pods, services)));
      return report(place, facts, denied);
    } catch (KubernetesException e) {
      return e.report(place.member());
    }
  }

  private <T extends HasMetadata> Optional<List<T>> list(
      ResourceKind<T> kind, Place place, List<String> denied)
      throws KubernetesException, InterruptedException {
    try {
      return Optional.of(api.lists().all(kind, place.namespace(), ""));
    } catch (KubernetesException e) {
      if (e.fault() instanceof CallFault.Denied) {
        denied.add(e.fault().reason());
        return Optional.empty();
      }
      throw e;
    }
  }

  private static MemberReport report(Place place, Map<String, Object> facts, List<String> denied) {
    if (denied.isEmpty()) {
      return MemberReport.yes(place.member(), "", facts);
    }
    facts.put("denied", denied);
    String reason = "is only partly visible: " + String.join("; ", denied);
    return new MemberReport(place.member(), MemberReport.Answer.UNKNOWN, "", reason, facts);
  }

  /** What may not be counted is left out. */
  private static Map<String, Object> counts(
      Optional<List<Deployment>> deployments,
      Optional<List<Pod>> pods,
      Optional<List<Service>> services) {
    var facts = new TreeMap<String, Object>();
    deployments.ifPresent(all -> facts.put("deployments", all.size()));
    services.ifPresent(all -> facts.put("services", all.size()));
    pods.ifPresent(all -> {
      facts.put("pods", all.size());
      facts.put("ready", (int) all.stream().filter(PodInspector::ready).count());
    });
    if (deployments.isPresent() && pods.isPresent()) {
      facts.put(
          "summary",
          "%s pods (%s ready) of %s deployments"
              .formatted(facts.get("pods"), facts.get("ready"), facts.get("deployments")));
    }
    return facts;
  }

  /** The objects around the Deployments of a namespace. */
  private record Around(Optional<PodLabelIndex> pods, Optional<List<Service>> services) {
    static Around of(Optional<List<Pod>> pods, Optional<List<Service>> services) {
      return new Around(pods.map(PodLabelIndex::of), services);
    }
  }

  private List<Object> gateways(
      Place place, Optional<List<Deployment>> deployments, Around around) {
    var out = new ArrayList<Object>();
    if (deployments.isEmpty()) {
      return out;
    }
    var byName = new HashMap<String, Deployment>();
    deployments.get().forEach(d -> byName.put(PodInspector.name(d), d));
    for (var gateway : gateways) {
      if (gateway.namespace().equals(place.namespace())) {
        var found = Optional.ofNullable(byName.get(gateway.deployment()));
        out.add(found.map(d -> gateway(gateway, d, around)).orElseGet(() -> absent(gateway)));
      }
    }
    return out;
  }

  private static Map<String, Object> absent(KubernetesGateway gateway) {
    return Map.of("name", gateway.name(), "deployment", gateway.deployment(), "found", false);
  }

  private static Map<String, Object> gateway(
      KubernetesGateway gateway, Deployment deployment, Around around) {
    var facts = new TreeMap<String, Object>();
    facts.put("name", gateway.name());
    facts.put("deployment", gateway.deployment());
    facts.put("found", true);
    facts.put("replicas", DeploymentRollout.desired(deployment));
    around
        .pods()
        .ifPresent(all -> {
          var own = all.of(deployment);
          facts.put("ready", (int) own.stream().filter(PodInspector::ready).count());
          facts.put("pods", own.stream().limit(MOST_PODS).map(PodInspector::facts).toList());
        });
    around
        .services()
        .ifPresent(all ->
            facts.put(
                "services",
                all.stream().filter(s -> leadsTo(s, deployment)).map(PodInspector::name).toList()));
    return facts;
  }

  private static boolean leadsTo(Service service, Deployment deployment) {
    var spec = service.getSpec();
    var selector = spec == null ? Map.<String, String>of() : spec.getSelector();
    var labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
    return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
  }
}
