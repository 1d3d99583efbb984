package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.Fanout;
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
record NamespaceLook(Api api, List<KubernetesGateway> gateways) {
  private static final int MOST_PODS = 200;

  /**
   * A namespace to be looked at.
   *
   * @param missing whether the cluster is known to have none of that name
   */
  record Place(String namespace, boolean missing) implements Fanout.Member {
    @Override
    public String member() {
      return "kubernetes/" + namespace;
    }
  }

  Report at(Place place) throws InterruptedException {
    if (place.missing()) {
      return Report.no(place.member(), "there is no namespace " + place.namespace());
    }
    var denied = new ArrayList<String>();
    try {
      var deployments = list(Kind.DEPLOYMENTS, place, denied);
      var pods = list(Kind.PODS, place, denied);
      var services = list(Kind.SERVICES, place, denied);
      var facts = counts(deployments, pods, services);
      facts.put("gateways", gateways(place, deployments, Around.of(pods, services)));
      return report(place, facts, denied);
    } catch (KubernetesFault e) {
      return e.report(place.member());
    }
  }

  private <T extends HasMetadata> Optional<List<T>> list(
      Kind<T> kind, Place place, List<String> denied) throws KubernetesFault, InterruptedException {
    try {
      return Optional.of(api.lists().all(kind, place.namespace(), ""));
    } catch (KubernetesFault e) {
      if (e.fault() instanceof Fault.Denied) {
        denied.add(e.fault().reason());
        return Optional.empty();
      }
      throw e;
    }
  }

  private static Report report(Place place, Map<String, Object> facts, List<String> denied) {
    if (denied.isEmpty()) {
      return Report.yes(place.member(), "", facts);
    }
    facts.put("denied", denied);
    String reason = "is seen in part: " + String.join("; ", denied);
    return new Report(place.member(), Report.Answer.UNKNOWN, "", reason, facts);
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
      facts.put("ready", (int) all.stream().filter(Pods::ready).count());
    });
    if (deployments.isPresent() && pods.isPresent()) {
      facts.put(
          "summary",
          "%s pods (%s ready) of %s deployments"
              .formatted(facts.get("pods"), facts.get("ready"), facts.get("deployments")));
    }
    return facts;
  }

  /** What stands around the Deployments of a namespace. */
  private record Around(Optional<PodIndex> pods, Optional<List<Service>> services) {
    static Around of(Optional<List<Pod>> pods, Optional<List<Service>> services) {
      return new Around(pods.map(PodIndex::of), services);
    }
  }

  private List<Object> gateways(
      Place place, Optional<List<Deployment>> deployments, Around around) {
    var out = new ArrayList<Object>();
    if (deployments.isEmpty()) {
      return out;
    }
    var byName = new HashMap<String, Deployment>();
    deployments.get().forEach(d -> byName.put(Pods.name(d), d));
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
    facts.put("replicas", Rollout.desired(deployment));
    around
        .pods()
        .ifPresent(all -> {
          var own = all.of(deployment);
          facts.put("ready", (int) own.stream().filter(Pods::ready).count());
          facts.put("pods", own.stream().limit(MOST_PODS).map(Pods::facts).toList());
        });
    around
        .services()
        .ifPresent(all ->
            facts.put(
                "services",
                all.stream().filter(s -> leadsTo(s, deployment)).map(Pods::name).toList()));
    return facts;
  }

  private static boolean leadsTo(Service service, Deployment deployment) {
    var spec = service.getSpec();
    var selector = spec == null ? Map.<String, String>of() : spec.getSelector();
    var labels = deployment.getSpec().getTemplate().getMetadata().getLabels();
    return !selector.isEmpty() && labels.entrySet().containsAll(selector.entrySet());
  }
}
