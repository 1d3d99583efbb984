package dev.deployclaw.lab.judge;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Keys below a prefix of etcd at one revision, relative to it. */
record Keys(SortedMap<String, Value> values) {
  /** What a key holds, and when that was written. */
  record Value(byte[] bytes, long revision) {}

  Optional<byte[]> bytes(String key) {
    return Optional.ofNullable(values.get(key)).map(Value::bytes);
  }

  Optional<String> text(String key) {
    return bytes(key).map(Bytes::text);
  }

  Optional<Json> json(String key) {
    return text(key).map(Json::parse);
  }

  /** The keys that begin so, without the beginning. */
  List<String> under(String start) {
    return values.keySet().stream()
        .filter(k -> k.startsWith(start))
        .map(k -> k.substring(start.length()))
        .toList();
  }

  /** When any of them was written last. */
  long revision() {
    return values.values().stream().mapToLong(Value::revision).max().orElse(0);
  }
}
