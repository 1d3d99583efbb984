package dev.deployclaw.lab.judge.protocol;

import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Keys below a prefix of etcd at one revision, relative to it. */
public record EtcdSnapshot(SortedMap<String, Value> values) {
  /** What a key holds, and when that was written. */
  public record Value(byte[] bytes, long revision) {}

  public Optional<byte[]> bytes(String key) {
    return Optional.ofNullable(values.get(key)).map(Value::bytes);
  }

  public Optional<String> text(String key) {
    return bytes(key).map(ByteDigests::text);
  }

  public Optional<JsonValue> json(String key) {
    return text(key).map(JsonValue::parse);
  }

  /** The keys that begin so, without the beginning. */
  public List<String> under(String start) {
    return values.keySet().stream()
        .filter(k -> k.startsWith(start))
        .map(k -> k.substring(start.length()))
        .toList();
  }

  /** When any of them was written last. */
  public long revision() {
    return values.values().stream().mapToLong(Value::revision).max().orElse(0);
  }
}
