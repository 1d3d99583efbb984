package dev.deployclaw.executors.kubernetes;

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
record Piece(SortedMap<String, String> data, SortedMap<String, String> binary) {
  static final Piece NOTHING = new Piece(new TreeMap<>(), new TreeMap<>());

  Piece {
    data = Collections.unmodifiableSortedMap(new TreeMap<>(data));
    binary = Collections.unmodifiableSortedMap(new TreeMap<>(binary));
  }

  static Piece of(ConfigMap map) {
    return new Piece(new TreeMap<>(map.getData()), new TreeMap<>(map.getBinaryData()));
  }

  static Piece of(String key, String text) {
    return new Piece(new TreeMap<>(Map.of(key, text)), new TreeMap<>());
  }

  Map<String, Object> facts() {
    return Map.of("data", data, "binaryData", binary);
  }

  /** As {@link #facts} wrote it. */
  static Piece ofFacts(Map<?, ?> facts) {
    return new Piece(texts(facts.get("data")), texts(facts.get("binaryData")));
  }

  /** SHA-256 of what it holds, in hex. */
  String digest() {
    return Json.digest(facts());
  }

  /** As the API server counts it against its limit of 1 MiB. */
  long bytes() {
    long texts = data.values().stream().mapToLong(Piece::bytes).sum();
    return texts + binary.values().stream().mapToLong(Piece::bytes).sum();
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
