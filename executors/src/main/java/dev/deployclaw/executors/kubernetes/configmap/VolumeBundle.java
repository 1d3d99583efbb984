package dev.deployclaw.executors.kubernetes.configmap;

import dev.deployclaw.executors.kubernetes.KubernetesGateway;
import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import dev.deployclaw.policy.gateway.UnsupportedSetting;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a gateway's volume must show: the contents of ConfigMaps, and a volume that puts them
 * together under the names that they have here.
 *
 * @param losses what the file can't express
 */
public record VolumeBundle(
    Volume volume, SortedMap<String, ConfigMapContents> pieces, List<UnsupportedSetting> losses) {
  private static final int DIGITS = 12;

  public VolumeBundle {
    pieces = Collections.unmodifiableSortedMap(new TreeMap<>(pieces));
    losses = List.copyOf(losses);
  }

  public MountedFiles files() {
    return MountedFiles.of(volume, name -> Optional.ofNullable(pieces.get(name)));
  }

  /** The names of the ConfigMaps that are staged for it, by the names that they have here. */
  public SortedMap<String, String> names(KubernetesGateway gateway, long epoch) {
    String digest = digest();
    var out = new TreeMap<String, String>();
    for (String name : pieces.keySet()) {
      out.put(name, StagedConfigMaps.name(gateway, epoch, digest.substring(0, DIGITS), out.size()));
    }
    return out;
  }

  public Volume staged(KubernetesGateway gateway, long epoch) {
    return VolumeConfigMaps.renamed(volume, names(gateway, epoch));
  }

  private String digest() {
    var parts = new TreeMap<String, Object>();
    pieces.forEach((name, piece) -> parts.put(name, piece.facts()));
    return KubernetesJson.digest(Map.of("pieces", parts));
  }
}
