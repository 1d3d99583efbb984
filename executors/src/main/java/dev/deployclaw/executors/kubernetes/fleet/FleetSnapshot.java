package dev.deployclaw.executors.kubernetes.fleet;

import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.PodLabelIndex;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.StagedConfigMaps;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * All gateways as the API says, read by lists: the number of requests grows with namespaces and
 * pages, not with gateways. A namespace that can't be read is said of its gateways; the others
 * stand. A server that says nothing of one is asked about no more of them.
 */
public final class FleetSnapshot {
  /** From here on a list of a namespace's ConfigMaps costs less than asking one by one. */
  private static final int MOST_BY_NAME = 8;

  private final List<KubernetesGateway> gateways;
  private final Map<String, Place> places = new TreeMap<>();
  private final Map<String, KubernetesException> faults = new TreeMap<>();

  /**
   * What a look needs.
   *
   * @param pods whether the gateways' pods
   * @param staged which ConfigMaps that no volume names
   */
  public record Needs(boolean pods, Ours staged) {
    public static final Needs FILES = new Needs(false, new Ours.None());
    public static final Needs FILES_AND_PODS = new Needs(true, new Ours.None());
    public static final Needs EVERYTHING = new Needs(true, new Ours.All());

    /** What a volume may refer to at an epoch: what was staged, and what pods run already. */
    public static Needs choices(long epoch) {
      return new Needs(true, new Ours.Of(epoch));
    }
  }

  /** ConfigMaps of ours that no volume names. */
  sealed interface Ours {
    record None() implements Ours {}

    record Of(long epoch) implements Ours {}

    record All() implements Ours {}
  }

  private record Place(
      Map<String, Deployment> deployments, Map<String, ConfigMap> maps, PodLabelIndex pods) {}

  private FleetSnapshot(List<KubernetesGateway> gateways) {
    this.gateways = List.copyOf(gateways);
  }

  public static FleetSnapshot read(KubernetesApi api, List<KubernetesGateway> gateways, Needs needs)
      throws InterruptedException {
    var fleet = new FleetSnapshot(gateways);
    var byNamespace = new TreeMap<String, List<KubernetesGateway>>();
    gateways.forEach(
        g -> byNamespace.computeIfAbsent(g.namespace(), _ -> new ArrayList<>()).add(g));
    for (var entry : byNamespace.entrySet()) {
      try {
        fleet.places.put(entry.getKey(), place(api, entry.getKey(), entry.getValue(), needs));
      } catch (KubernetesException e) {
        fleet.faults.put(entry.getKey(), e);
        if (e.isSilence()) {
          byNamespace
              .tailMap(entry.getKey(), false)
              .keySet()
              .forEach(n -> fleet.faults.put(n, e.unasked()));
          break;
        }
      }
    }
    return fleet;
  }

  public GatewayLookupResult of(KubernetesGateway gateway) {
    var fault = faults.get(gateway.namespace());
    if (fault != null) {
      return new GatewayLookupResult.Lost(fault.report(gateway.member()));
    }
    var place = Optional.ofNullable(places.get(gateway.namespace())).orElseThrow();
    var deployment = place.deployments().get(gateway.deployment());
    if (deployment == null) {
      return no(
          gateway, "there is no Deployment " + gateway.deployment() + " in " + gateway.namespace());
    }
    boolean shared = sharing(gateway).size() > 1;
    var around = new GatewaySnapshot.Around(shared, place.maps(), place.pods().of(deployment));
    return GatewaySnapshot.of(gateway, deployment, around);
  }

  /** All gateways of a gateway's Deployment that can be worked with, in a fixed order. */
  public List<GatewaySnapshot> standing(KubernetesGateway gateway) {
    return sharing(gateway).stream()
        .map(this::of)
        .filter(GatewaySnapshot.class::isInstance)
        .map(GatewaySnapshot.class::cast)
        .toList();
  }

  private List<KubernetesGateway> sharing(KubernetesGateway gateway) {
    return gateways.stream().filter(gateway::shares).toList();
  }

  private static Place place(
      KubernetesApi api, String namespace, List<KubernetesGateway> gateways, Needs needs)
      throws KubernetesException, InterruptedException {
    var deployments = new TreeMap<String, Deployment>();
    for (var deployment : api.lists().all(ResourceKind.DEPLOYMENTS, namespace, "")) {
      deployments.put(PodInspector.name(deployment), deployment);
    }
    var pods =
        PodLabelIndex.of(
            needs.pods() ? api.lists().all(ResourceKind.PODS, namespace, "") : List.of());
    var names = named(gateways, deployments);
    if (needs.staged() instanceof Ours.Of) {
      gateways.forEach(g ->
          Optional.ofNullable(deployments.get(g.deployment()))
              .ifPresent(d -> names.addAll(ofPods(g, pods.of(d)))));
    }
    return new Place(deployments, maps(api, namespace, names, needs.staged()), pods);
  }

  /** ConfigMaps of ours that pods run from. */
  private static Set<String> ofPods(KubernetesGateway gateway, List<Pod> pods) {
    return PodVolumes.of(gateway, pods)
        .flatMap(v -> VolumeConfigMaps.names(v).stream())
        .filter(name -> StagedConfigMaps.epoch(name).isPresent())
        .collect(Collectors.toSet());
  }

  private static Set<String> named(
      List<KubernetesGateway> gateways, Map<String, Deployment> deployments) {
    var out = new HashSet<String>();
    for (var gateway : gateways) {
      var deployment = deployments.get(gateway.deployment());
      if (deployment != null
          && PodTemplateVolume.of(gateway, deployment) instanceof PodTemplateVolume.Fit fit) {
        out.addAll(VolumeConfigMaps.names(fit.volume()));
      }
    }
    return out;
  }

  /**
   * Those of ours by one list. What somebody else named is asked for by name, or, where that is
   * more than a few, picked from a list of all.
   */
  private static Map<String, ConfigMap> maps(
      KubernetesApi api, String namespace, Set<String> names, Ours staged)
      throws KubernetesException, InterruptedException {
    var maps = new TreeMap<String, ConfigMap>();
    var selector = selector(names, staged);
    if (selector.isPresent()) {
      api.lists()
          .all(ResourceKind.CONFIG_MAPS, namespace, selector.get())
          .forEach(m -> maps.put(PodInspector.name(m), m));
    }
    var foreign = names.stream().filter(n -> !maps.containsKey(n)).toList();
    if (foreign.size() > MOST_BY_NAME) {
      api.lists().all(ResourceKind.CONFIG_MAPS, namespace, "").stream()
          .filter(m -> names.contains(PodInspector.name(m)))
          .forEach(m -> maps.put(PodInspector.name(m), m));
      return maps;
    }
    for (String name : foreign) {
      api.get(ResourceKind.CONFIG_MAPS, namespace, name).ifPresent(m -> maps.put(name, m));
    }
    return maps;
  }

  /** Empty where none of ours is needed. */
  private static Optional<String> selector(Set<String> names, Ours staged) {
    if (staged instanceof Ours.All) {
      return Optional.of(StagedConfigMaps.OURS);
    }
    var epochs = new HashSet<Long>();
    names.forEach(n -> StagedConfigMaps.epoch(n).ifPresent(epochs::add));
    if (staged instanceof Ours.Of(long epoch)) {
      epochs.add(epoch);
    }
    return epochs.isEmpty() ? Optional.empty() : Optional.of(StagedConfigMaps.selector(epochs));
  }

  private static GatewayLookupResult no(KubernetesGateway gateway, String reason) {
    return new GatewayLookupResult.Lost(MemberReport.no(gateway.member(), reason));
  }
}
