package dev.deployclaw.executors.kubernetes.configmap;

import dev.deployclaw.executors.kubernetes.client.KubernetesJson;
import io.fabric8.kubernetes.api.model.ConfigMap;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What one ConfigMap holds.
 *
 * @param data texts by key
 * @param binary base64 by key
 */
public record ConfigMapContents(SortedMap<String, String> data, SortedMap<String, String> binary) {
  public static final ConfigMapContents NOTHING =
      new ConfigMapContents(new TreeMap<>(), new TreeMap<>());

  public ConfigMapContents {
    data = Collections.unmodifiableSortedMap(new TreeMap<>(data));
    binary = Collections.unmodifiableSortedMap(new TreeMap<>(binary));
  }

  public static ConfigMapContents of(ConfigMap map) {
    return new ConfigMapContents(new TreeMap<>(map.getData()), new TreeMap<>(map.getBinaryData()));
  }

  public static ConfigMapContents of(String key, String text) {
    return new ConfigMapContents(new TreeMap<>(Map.of(key, text)), new TreeMap<>());
  }

  public Map<String, Object> facts() {
    return Map.of("data", data, "binaryData", binary);
  }

  /** As {@link #facts} wrote it. */
  public static ConfigMapContents ofFacts(Map<?, ?> facts) {
    return new ConfigMapContents(texts(facts.get("data")), texts(facts.get("binaryData")));
  }

  /** SHA-256 of what it holds, in hex. */
  public String digest() {
    return KubernetesJson.digest(facts());
  }

  /** As the API server counts it against its limit of 1 MiB. */
  public long bytes() {
    long texts = data.values().stream().mapToLong(ConfigMapContents::bytes).sum();
    return texts + binary.values().stream().mapToLong(ConfigMapContents::bytes).sum();
  }

  static long bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  private static SortedMap<String, String> texts(@Nullable Object facts) {
    var out = new TreeMap<String, String>();
    if (facts instanceof Map<?, ?> map) {
      map.forEach((key, text) -> out.put(String.valueOf(key), String.valueOf(text)));
    }
    return out;
  }
}
