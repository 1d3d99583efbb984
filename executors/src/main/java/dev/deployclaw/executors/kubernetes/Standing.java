package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.sandbox.GatewayFile;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A gateway as one look at the API found it.
 *
 * @param maps of its namespace, by name: those that its volume names, and those of ours that were
 *     asked for
 * @param pods of its Deployment; empty where the look didn't need them
 */
record Standing(
    KubernetesGateway gateway,
    Deployment deployment,
    Slot.Fit slot,
    GatewayMarks written,
    Map<String, ConfigMap> maps,
    List<Pod> pods)
    implements Found {

  /**
   * What a look found besides a Deployment.
   *
   * @param shared whether the Deployment has other gateways, too
   */
  record Around(boolean shared, Map<String, ConfigMap> maps, List<Pod> pods) {}

  /** A gateway whose Deployment was found; it may not be one that can be worked with. */
  static Found of(KubernetesGateway gateway, Deployment deployment, Around around) {
    return switch (Slot.of(gateway, deployment)) {
      case Slot.Unfit(String reason) -> lost(gateway, reason);
      case Slot.Fit fit -> {
        var place = new GatewayMarks.Place(deployment, around.shared());
        var marks =
            GatewayMarks.of(gateway, place, () -> files(fit.volume(), around.maps()).digest());
        yield marks.isEmpty()
            ? lost(gateway, "its annotations " + Marks.PREFIX + "* were changed: remove them")
            : new Standing(gateway, deployment, fit, marks.get(), around.maps(), around.pods());
      }
    };
  }

  private static Found lost(KubernetesGateway gateway, String reason) {
    return new Found.Lost(Report.no(gateway.member(), reason));
  }

  /** Who published last. */
  Marks marks() {
    return written.marks();
  }

  /** What its volume shows now. */
  Mounted files() {
    return files(slot.volume(), maps);
  }

  private static Mounted files(Volume volume, Map<String, ConfigMap> maps) {
    return Mounted.of(volume, name -> Optional.ofNullable(maps.get(name)).map(Piece::of));
  }

  Optional<Piece> piece(String map) {
    return Optional.ofNullable(maps.get(map)).map(Piece::of);
  }

  /** The text of its NGINX file, parts put together; empty where there is none. */
  Optional<String> text() {
    return Shards.joined(files().texts(), gateway.file());
  }

  /** The epochs of which ConfigMaps of ours are there, and their names. */
  Map<String, Object> kept() {
    var found = new TreeMap<String, Object>();
    maps.forEach((name, map) -> {
      if (Staged.managed(map) && Staged.belongsTo(map, gateway)) {
        Staged.epoch(map).ifPresent(e -> found.put(Long.toString(e), "ConfigMap " + name));
      }
    });
    return found;
  }

  /** Whether a volume shows these files, from ConfigMaps of ours, which can't change. */
  boolean showsForGood(Volume volume, Mounted files) {
    return References.ofConfigMaps(volume)
        && References.names(volume).stream()
            .map(maps::get)
            .allMatch(m -> m != null && Staged.foreign(m, gateway).isEmpty())
        && files(volume, maps).same(files);
  }

  Map<String, Object> facts() {
    var facts = new TreeMap<String, Object>();
    facts.put("member", gateway.member());
    facts.put("name", gateway.name());
    facts.put("namespace", gateway.namespace());
    facts.put("deployment", gateway.deployment());
    facts.put("image", String.valueOf(slot.container().getImage()));
    facts.put("configMaps", References.names(slot.volume()));
    facts.put("epoch", marks().epoch());
    facts.put("replicas", Rollout.desired(deployment));
    text().ifPresent(t -> facts.putAll(GatewayFile.found(t.getBytes(StandardCharsets.UTF_8))));
    return facts;
  }

  /** Why nothing can be put there; empty where it can. */
  Optional<String> obstacle() {
    if (Boolean.TRUE.equals(deployment.getSpec().getPaused())) {
      return Optional.of(
          "its Deployment is paused: kubectl -n %s rollout resume deployment/%s"
              .formatted(gateway.namespace(), gateway.deployment()));
    }
    return Ownership.obstacle(deployment, gateway);
  }
}
