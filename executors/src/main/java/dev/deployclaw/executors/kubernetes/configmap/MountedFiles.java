package dev.deployclaw.executors.kubernetes.configmap;

import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Volume;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The files that a volume of ConfigMaps shows in its folder.
 *
 * @param texts by path
 * @param binaries base64 by path
 * @param missing ConfigMaps and keys that it names, and that aren't there
 */
public record MountedFiles(
    SortedMap<String, String> texts, SortedMap<String, String> binaries, List<String> missing) {
  public MountedFiles {
    texts = Collections.unmodifiableSortedMap(new TreeMap<>(texts));
    binaries = Collections.unmodifiableSortedMap(new TreeMap<>(binaries));
    missing = List.copyOf(missing);
  }

  public static MountedFiles of(Volume volume, Function<String, Optional<ConfigMapContents>> maps) {
    var seen = new Seen(new TreeMap<>(), new TreeMap<>(), new ArrayList<>(), maps);
    var map = volume.getConfigMap();
    if (map != null) {
      seen.add(map.getName(), map.getItems(), map.getOptional());
    }
    for (var p : VolumeConfigMaps.projections(volume)) {
      seen.add(p.getName(), p.getItems(), p.getOptional());
    }
    return new MountedFiles(seen.texts(), seen.binaries(), seen.missing());
  }

  /** Whether both show the same files, all of them. */
  public boolean same(MountedFiles other) {
    return missing.isEmpty()
        && other.missing.isEmpty()
        && texts.equals(other.texts)
        && binaries.equals(other.binaries);
  }

  /** SHA-256 of all files, in hex. */
  public String digest() {
    return new ConfigMapContents(texts, binaries).digest();
  }

  private record Seen(
      SortedMap<String, String> texts,
      SortedMap<String, String> binaries,
      List<String> missing,
      Function<String, Optional<ConfigMapContents>> maps) {

    void add(String name, List<KeyToPath> items, @Nullable Boolean optional) {
      boolean needed = !Boolean.TRUE.equals(optional);
      var piece = maps.apply(name);
      if (piece.isEmpty()) {
        missing.addAll(needed ? List.of("ConfigMap " + name) : List.of());
      } else if (items.isEmpty()) {
        texts.putAll(piece.get().data());
        binaries.putAll(piece.get().binary());
      } else {
        items.forEach(item -> add(name, item, piece.get(), needed));
      }
    }

    private void add(String name, KeyToPath item, ConfigMapContents piece, boolean needed) {
      String text = piece.data().get(item.getKey());
      String binary = piece.binary().get(item.getKey());
      if (text != null) {
        texts.put(item.getPath(), text);
      } else if (binary != null) {
        binaries.put(item.getPath(), binary);
      } else if (needed) {
        missing.add("key " + item.getKey() + " of ConfigMap " + name);
      }
    }
  }
}
