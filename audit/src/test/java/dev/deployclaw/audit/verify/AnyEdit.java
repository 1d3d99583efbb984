package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.verify.json.StrictJson;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.random.RandomGenerator;

/** One random change somewhere. What is changed stays as it was; what comes back is a copy. */
final class AnyEdit {
  private final RandomGenerator random;

  AnyEdit(RandomGenerator random) {
    this.random = random;
  }

  /** Another bit. */
  byte[] bit(byte[] bytes) {
    byte[] flipped = bytes.clone();
    flipped[random.nextInt(flipped.length)] ^= (byte) (1 << random.nextInt(8));
    return flipped;
  }

  /** Another JSON value, which differs somewhere, at any depth. */
  Object value(Object value) {
    return switch (value) {
      case Map<?, ?> map -> member(StrictJson.object(map));
      case List<?> list -> item(list);
      case String s -> random.nextBoolean() || s.isEmpty() ? s + "x" : s.substring(1);
      case Long n -> n + 1 + random.nextInt(9);
      case BigDecimal n -> n.add(new BigDecimal("0.001"));
      case Boolean b -> !b;
      default -> "null";
    };
  }

  private Object member(Map<String, Object> map) {
    var copy = new LinkedHashMap<>(map);
    if (map.isEmpty()) {
      copy.put("added", 1L);
      return copy;
    }
    String key = new ArrayList<>(map.keySet()).get(random.nextInt(map.size()));
    Object value = Objects.requireNonNull(map.get(key));
    switch (random.nextInt(10)) {
      case 0 -> copy.remove(key);
      case 1 -> copy.put(key + "_", 1L);
      case 2 -> {
        copy.remove(key);
        copy.put(key + "_", value);
      }
      case 3 -> copy.put(key, StrictJson.Null.NULL);
      default -> copy.put(key, value(value));
    }
    return copy;
  }

  private Object item(List<?> list) {
    var copy = new ArrayList<Object>(list);
    if (list.isEmpty()) {
      copy.add(1L);
      return copy;
    }
    int at = random.nextInt(list.size());
    switch (random.nextInt(10)) {
      case 0 -> copy.remove(at);
      case 1 -> copy.add(at, list.get(at));
      case 2 -> Collections.swap(copy, at, random.nextInt(list.size()));
      default -> copy.set(at, value(list.get(at)));
    }
    return copy;
  }
}
