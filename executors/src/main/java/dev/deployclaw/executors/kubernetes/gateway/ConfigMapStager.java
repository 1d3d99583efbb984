package dev.deployclaw.executors.kubernetes.gateway;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesApi;
import dev.deployclaw.executors.kubernetes.client.KubernetesException;
import dev.deployclaw.executors.kubernetes.client.PodInspector;
import dev.deployclaw.executors.kubernetes.client.ResourceKind;
import dev.deployclaw.executors.kubernetes.configmap.ConfigMapContents;
import dev.deployclaw.executors.kubernetes.configmap.StagedConfigMaps;
import dev.deployclaw.executors.kubernetes.configmap.VolumeBundle;
import dev.deployclaw.executors.kubernetes.fleet.DesiredVolume;
import dev.deployclaw.executors.kubernetes.fleet.GatewaySnapshot;
import dev.deployclaw.executors.kubernetes.fleet.PodVolumes;
import dev.deployclaw.executors.kubernetes.gateway.GatewayAction.Order;
import dev.deployclaw.executors.kubernetes.preflight.ConfigPreflight;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Writes an epoch's ConfigMaps, which no pod mounts yet, and votes on what it reads back. */
record ConfigMapStager(ConfigPreflight preflight, int shardBytes) {
  private static final int CONFLICT = 409;

  MemberReport stage(KubernetesApi api, GatewaySnapshot standing, Order order)
      throws KubernetesException, InterruptedException {
    var overtaken = GatewayAction.overtaken(standing.gateway(), standing.written().fence(), order);
    if (overtaken.isPresent()) {
      return overtaken.get();
    }
    return switch (DesiredVolume.of(order.activation(), standing, shardBytes)) {
      case DesiredVolume.Impossible(String reason) ->
          MemberReport.no(standing.gateway().member(), reason);
      case DesiredVolume.Unlisted(var why) -> why.kept(standing.gateway().member());
      case DesiredVolume.Known(VolumeBundle bundle, _) ->
          write(api, standing, order.activation(), bundle);
    };
  }

  private static MemberReport write(
      KubernetesApi api, GatewaySnapshot standing, EpochSpec activation, VolumeBundle bundle)
      throws KubernetesException, InterruptedException {
    var gateway = standing.gateway();
    long epoch = activation.epoch();
    var names = bundle.names(gateway, epoch);
    for (var entry : bundle.pieces().entrySet()) {
      String name = names.getOrDefault(entry.getKey(), "");
      var wrong =
          create(api, StagedConfigMaps.map(gateway, epoch, name, entry.getValue()), gateway);
      if (wrong.isPresent()) {
        return MemberReport.no(gateway.member(), wrong.get());
      }
    }
    return MemberReport.yes(gateway.member(), activation.digest(), facts(bundle, names.values()));
  }

  /** Creates it; one that is there already must be this very one. */
  private static Optional<String> create(
      KubernetesApi api, ConfigMap map, KubernetesGateway gateway)
      throws KubernetesException, InterruptedException {
    try {
      api.create(ResourceKind.CONFIG_MAPS, map);
      return Optional.empty();
    } catch (KubernetesException e) {
      if (e.status() != CONFLICT) {
        throw e;
      }
      var there = api.get(ResourceKind.CONFIG_MAPS, gateway.namespace(), PodInspector.name(map));
      return there.flatMap(t -> differs(t, ConfigMapContents.of(map), gateway));
    }
  }

  /** Why a staged ConfigMap isn't what was to be staged. */
  private static Optional<String> differs(
      ConfigMap map, ConfigMapContents wanted, KubernetesGateway gateway) {
    var why =
        ConfigMapContents.of(map).equals(wanted)
            ? StagedConfigMaps.foreign(map, gateway)
            : Optional.of("it holds something else");
    return why.map(
        w -> "conflict over ConfigMap %s: %s; delete it".formatted(PodInspector.name(map), w));
  }

  /**
   * The vote: what was staged reads back as what the set renders to, nothing stands in the way of a
   * publish, the API server would take it, and the gateway's own image takes the file. Files that
   * run already, from ConfigMaps that can't change, were taken. One that is put back as it was
   * found may need what a check has not, such as a certificate's key; its gateway took it before.
   */
  MemberReport prepare(
      KubernetesApi api, GatewaySnapshot standing, Order order, DeploymentSingleFlight dryRuns)
      throws KubernetesException, InterruptedException {
    return switch (DesiredVolume.of(order.activation(), standing, shardBytes)) {
      case DesiredVolume.Impossible(String reason) ->
          MemberReport.no(standing.gateway().member(), reason);
      case DesiredVolume.Unlisted(var why) -> why.kept(standing.gateway().member());
      case DesiredVolume.Known known -> {
        var wrong = unread(standing, order.activation().epoch(), known.bundle());
        if (wrong.isPresent()) {
          yield MemberReport.no(standing.gateway().member(), wrong.get());
        }
        var write = dryRuns.of(standing.gateway());
        yield write.answer() == Answer.YES
            ? vote(api, new Candidate(standing, known, write), order)
            : write;
      }
    };
  }

  /**
   * @param write what the API server would answer to a publish
   */
  private record Candidate(
      GatewaySnapshot standing, DesiredVolume.Known known, MemberReport write) {
    boolean runs() {
      var files = known.bundle().files();
      return standing.showsForGood(standing.slot().volume(), files)
          || new PodVolumes(standing).serve(files);
    }
  }

  private MemberReport vote(KubernetesApi api, Candidate candidate, Order order)
      throws InterruptedException, KubernetesException {
    var standing = candidate.standing();
    var known = candidate.known();
    var bundle = known.bundle();
    var gateway = standing.gateway();
    var activation = order.activation();
    var names = bundle.names(gateway, activation.epoch()).values();
    var facts = new TreeMap<>(facts(bundle, names));
    Optional.ofNullable(candidate.write().facts().get(DeploymentPublisher.UNASKED))
        .ifPresent(why -> facts.put(DeploymentPublisher.UNASKED, why));
    if (candidate.runs()) {
      facts.put("preflight", "not needed: its pods run this file");
      return MemberReport.yes(gateway.member(), activation.digest(), facts);
    }
    if (known.former()) {
      facts.put("preflight", "not checked: the original file is put back");
      return MemberReport.yes(gateway.member(), activation.digest(), facts);
    }
    var check = new ConfigPreflight.Check(standing, activation.epoch(), bundle);
    return switch (preflight.run(api, check, order.within())) {
      case ConfigPreflight.Verdict.Accepted _ -> {
        facts.put("preflight", "accepted by " + standing.slot().container().getImage());
        yield MemberReport.yes(gateway.member(), activation.digest(), facts);
      }
      case ConfigPreflight.Verdict.Refused(String why) ->
          MemberReport.no(gateway.member(), "NGINX refuses the file: " + why);
      case ConfigPreflight.Verdict.Unfinished(String why) ->
          MemberReport.unknown(gateway.member(), "the check by its own image " + why);
    };
  }

  /** By what one list of the staged ConfigMaps said just now. */
  static Optional<String> unread(GatewaySnapshot standing, long epoch, VolumeBundle bundle) {
    var names = bundle.names(standing.gateway(), epoch);
    for (var entry : bundle.pieces().entrySet()) {
      String name = names.getOrDefault(entry.getKey(), "");
      var map = standing.maps().get(name);
      if (map == null) {
        return Optional.of("epoch " + epoch + " is not staged: there is no ConfigMap " + name);
      }
      var wrong = differs(map, entry.getValue(), standing.gateway());
      if (wrong.isPresent()) {
        return wrong;
      }
    }
    return Optional.empty();
  }

  private static Map<String, Object> facts(VolumeBundle bundle, Collection<String> names) {
    var losses = bundle.losses().stream().map(l -> l.about() + ": " + l.reason()).toList();
    var facts = new TreeMap<String, Object>();
    facts.put("files", bundle.files().digest());
    facts.put("configMaps", List.copyOf(names));
    facts.put("losses", losses);
    return facts;
  }
}
