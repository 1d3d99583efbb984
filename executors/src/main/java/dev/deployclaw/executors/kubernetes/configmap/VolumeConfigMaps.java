package dev.deployclaw.executors.kubernetes.configmap;

import io.fabric8.kubernetes.api.model.ConfigMapProjection;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeProjection;
import io.fabric8.kubernetes.api.model.VolumeProjectionBuilder;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which ConfigMaps a volume takes its files from. */
public final class VolumeConfigMaps {
  private VolumeConfigMaps() {}

  /** Whether it is made of ConfigMaps alone. */
  public static boolean ofConfigMaps(Volume volume) {
    if (volume.getConfigMap() != null) {
      return true;
    }
    return volume.getProjected() != null
        && !volume.getProjected().getSources().isEmpty()
        && volume.getProjected().getSources().stream().allMatch(s -> s.getConfigMap() != null);
  }

  /** The one ConfigMap of a volume that shows all its keys under their own names. */
  public static Optional<String> plain(Volume volume) {
    return Optional.ofNullable(volume.getConfigMap())
        .filter(m -> m.getItems().isEmpty())
        .map(m -> m.getName());
  }

  /** In the order of the volume. */
  public static List<String> names(Volume volume) {
    if (volume.getConfigMap() != null) {
      return List.of(volume.getConfigMap().getName());
    }
    return projections(volume).stream().map(ConfigMapProjection::getName).distinct().toList();
  }

  static List<ConfigMapProjection> projections(Volume volume) {
    return volume.getProjected() == null
        ? List.of()
        : volume.getProjected().getSources().stream()
            .map(VolumeProjection::getConfigMap)
            .filter(m -> m != null)
            .toList();
  }

  /** The same volume, of other ConfigMaps; a name that isn't among {@code names} stays. */
  public static Volume renamed(Volume volume, Map<String, String> names) {
    if (volume.getConfigMap() != null) {
      String name = volume.getConfigMap().getName();
      return new VolumeBuilder(volume)
          .editConfigMap()
          .withName(names.getOrDefault(name, name))
          .endConfigMap()
          .build();
    }
    var sources = volume.getProjected().getSources().stream().map(s -> renamed(s, names)).toList();
    return new VolumeBuilder(volume).editProjected().withSources(sources).endProjected().build();
  }

  private static VolumeProjection renamed(VolumeProjection source, Map<String, String> names) {
    if (source.getConfigMap() == null) {
      return source;
    }
    String name = source.getConfigMap().getName();
    return new VolumeProjectionBuilder(source)
        .editConfigMap()
        .withName(names.getOrDefault(name, name))
        .endConfigMap()
        .build();
  }
}
