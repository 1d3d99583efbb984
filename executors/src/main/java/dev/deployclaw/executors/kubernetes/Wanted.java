package dev.deployclaw.executors.kubernetes;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.core.spi.Observation;
import dev.deployclaw.executors.sandbox.GatewayFile;
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
sealed interface Wanted {
  /**
   * @param former whether it is what was found before the first change
   */
  record Known(Bundle bundle, boolean former) implements Wanted {}

  /** The way back leads to an epoch that doesn't know the gateway: it keeps what it has. */
  record Unlisted(GatewayFile.Unlisted why) implements Wanted {}

  /** There is none, and why. */
  record Impossible(String reason) implements Wanted {}

  /**
   * @param shardBytes the most that one ConfigMap may hold
   */
  static Wanted of(Activation activation, Standing standing, int shardBytes) {
    return activation
        .restores()
        .map(found -> restored(found, standing.gateway()))
        .orElseGet(() -> rendered(activation, standing, shardBytes));
  }

  private static Wanted rendered(Activation activation, Standing standing, int shardBytes) {
    var gateway = standing.gateway();
    var file = GatewayFile.of(activation, gateway.name(), gateway.member(), gateway.site());
    return switch (file) {
      case GatewayFile.Impossible(String reason) -> new Impossible(reason);
      case GatewayFile.Unlisted why -> new Unlisted(why);
      case GatewayFile.Wanted wanted -> cut(wanted, standing, shardBytes);
    };
  }

  private static Wanted cut(GatewayFile.Wanted file, Standing standing, int shardBytes) {
    String text = new String(file.bytes(), StandardCharsets.UTF_8);
    var files = Shards.cut(text, standing.gateway().file(), shardBytes);
    if (files.isEmpty()) {
      return new Impossible("its file can't be cut into parts of " + shardBytes + " bytes");
    }
    var pieces = new TreeMap<String, Piece>();
    files.get().forEach((name, part) -> pieces.put(name, Piece.of(name, part)));
    var bundle = new Bundle(volume(standing.slot(), files.get()), pieces, file.losses());
    return new Known(bundle, false);
  }

  /** One ConfigMap stays a plain volume; several are projected into one folder. */
  private static Volume volume(Slot.Fit slot, SortedMap<String, String> files) {
    var plain = References.plain(slot.volume());
    if (files.size() == 1 && plain.isPresent()) {
      return References.renamed(slot.volume(), Map.of(plain.get(), files.firstKey()));
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
  private static Wanted restored(Observation observation, KubernetesGateway gateway) {
    String member = gateway.member();
    return observation
        .of(GatewayFile.PARTICIPANT, member)
        .map(Wanted::observed)
        .orElseGet(() ->
            new Unlisted(GatewayFile.Unlisted.in(observation, GatewayFile.PARTICIPANT, member)));
  }

  private static Wanted observed(Map<String, Object> facts) {
    if (!(facts.get("volume") instanceof Map<?, ?> volume)
        || !(facts.get("maps") instanceof Map<?, ?> maps)
        || maps.isEmpty()) {
      return new Impossible("no volume was observed there");
    }
    var pieces = new TreeMap<String, Piece>();
    maps.forEach((name, held) -> {
      if (held instanceof Map<?, ?> map) {
        pieces.put(String.valueOf(name), Piece.ofFacts(map));
      }
    });
    return new Known(new Bundle(Json.object(volume, Volume.class), pieces, List.of()), true);
  }
}
