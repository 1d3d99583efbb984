package dev.deployclaw.executors.kubernetes.fleet;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import dev.deployclaw.executors.kubernetes.configmap.ConfigMapContents;
import dev.deployclaw.executors.kubernetes.configmap.NginxFileSplitter;
import dev.deployclaw.executors.kubernetes.configmap.VolumeBundle;
import dev.deployclaw.executors.kubernetes.configmap.VolumeConfigMaps;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What the volume of a gateway must be at an epoch. */
public sealed interface DesiredVolume {
  /**
   * @param former whether it is what was found before the first change
   */
  record Known(VolumeBundle bundle, boolean former) implements DesiredVolume {}

  /** The way back leads to an epoch that doesn't know the gateway: it keeps what it has. */
  record Unlisted(DesiredGatewayFile.Unlisted why) implements DesiredVolume {}

  /** There is none, and why. */
  record Impossible(String reason) implements DesiredVolume {}

  /**
   * @param shardBytes the most that one ConfigMap may hold
   */
  static DesiredVolume of(EpochSpec activation, GatewaySnapshot standing, int shardBytes) {
    return activation
        .restores()
        .map(found -> restored(found, standing.gateway()))
        .orElseGet(() -> rendered(activation, standing, shardBytes));
  }

  private static DesiredVolume rendered(
      EpochSpec activation, GatewaySnapshot standing, int shardBytes) {
    var gateway = standing.gateway();
    var file = DesiredGatewayFile.of(activation, gateway.name(), gateway.member(), gateway.site());
    return switch (file) {
      case DesiredGatewayFile.Impossible(String reason) -> new Impossible(reason);
      case DesiredGatewayFile.Unlisted why -> new Unlisted(why);
      case DesiredGatewayFile.Wanted wanted -> cut(wanted, standing, shardBytes);
    };
  }

  private static DesiredVolume cut(
      DesiredGatewayFile.Wanted file, GatewaySnapshot standing, int shardBytes) {
    String text = new String(file.bytes(), StandardCharsets.UTF_8);
    var files = NginxFileSplitter.cut(text, standing.gateway().file(), shardBytes);
    if (files.isEmpty()) {
      return new Impossible("its file can't be cut into parts of " + shardBytes + " bytes");
    }
    var pieces = new TreeMap<String, ConfigMapContents>();
    files.get().forEach((name, part) -> pieces.put(name, ConfigMapContents.of(name, part)));
    var bundle = new VolumeBundle(volume(standing.slot(), files.get()), pieces, file.losses());
    return new Known(bundle, false);
  }

  /** One ConfigMap stays a plain volume; several are projected into one folder. */
  private static Volume volume(PodTemplateVolume.Fit slot, SortedMap<String, String> files) {
    var plain = VolumeConfigMaps.plain(slot.volume());
    if (files.size() == 1 && plain.isPresent()) {
      return VolumeConfigMaps.renamed(slot.volume(), Map.of(plain.get(), files.firstKey()));
    }
    var volume = new VolumeBuilder().withName(slot.volume().getName());
    if (files.size() == 1) {
      return volume
          .withNewConfigMap()
          .withName(files.firstKey())
          .withDefaultMode(mode(slot.volume()))
          .endConfigMap()
          .build();
    }
    List<VolumeProjection> sources =
        files.keySet().stream()
            .map(name ->
                new VolumeProjectionBuilder()
                    .withNewConfigMap()
                    .withName(name)
                    .endConfigMap()
                    .build())
            .toList();
    return volume
        .withNewProjected()
        .withSources(sources)
        .withDefaultMode(mode(slot.volume()))
        .endProjected()
        .build();
  }

  private static @Nullable Integer mode(Volume volume) {
    if (volume.getConfigMap() != null) {
      return volume.getConfigMap().getDefaultMode();
    }
    return volume.getProjected() == null ? null : volume.getProjected().getDefaultMode();
  }

  /** The volume that was observed before, with what its ConfigMaps held. */
  private static DesiredVolume restored(ObservedState observation, KubernetesGateway gateway) {
    String member = gateway.member();
    return observation
        .of(DesiredGatewayFile.PARTICIPANT, member)
        .map(DesiredVolume::observed)
        .orElseGet(() ->
            new Unlisted(
                DesiredGatewayFile.Unlisted.in(
                    observation, DesiredGatewayFile.PARTICIPANT, member)));
  }

  private static DesiredVolume observed(Map<String, Object> facts) {
    if (!(facts.get("volume") instanceof Map<?, ?> volume)
        || !(facts.get("maps") instanceof Map<?, ?> maps)
        || maps.isEmpty()) {
      return new Impossible("no volume was observed there");
    }
    var pieces = new TreeMap<String, ConfigMapContents>();
    maps.forEach((name, held) -> {
      if (held instanceof Map<?, ?> map) {
        pieces.put(String.valueOf(name), ConfigMapContents.ofFacts(map));
      }
    });
    return new Known(
        new VolumeBundle(KubernetesJson.object(volume, Volume.class), pieces, List.of()), true);
  }
}
