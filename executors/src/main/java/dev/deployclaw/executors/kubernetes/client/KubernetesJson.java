package dev.deployclaw.executors.kubernetes.client;

import dev.deployclaw.policy.json.CanonicalJson;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The API's objects as JSON, and as the plain maps and lists that facts are made of. */
public final class KubernetesJson {
  private static final KubernetesSerialization FORM = new KubernetesSerialization();

  private KubernetesJson() {}

  public static String text(Object object) {
    return FORM.asJson(object);
  }

  public static <T> T read(String text, Class<T> type) {
    return FORM.unmarshal(text, type);
  }

  /** Only strings, whole numbers, booleans, lists and maps: nothing that is absent. */
  public static Map<String, Object> facts(Object object) {
    return map((Map<?, ?>) FORM.convertValue(object, Map.class));
  }

  public static <T> T object(Map<?, ?> facts, Class<T> type) {
    return FORM.convertValue(facts, type);
  }

  /** SHA-256 over the canonical form, in hex. */
  public static String digest(Object facts) {
    return CanonicalJson.sha256(CanonicalJson.bytes(facts));
  }

  private static Map<String, Object> map(Map<?, ?> map) {
    var out = new TreeMap<String, Object>();
    map.forEach((key, value) -> {
      if (value != null) {
        out.put(String.valueOf(key), plain(value));
      }
    });
    return out;
  }

  private static Object plain(Object value) {
    return switch (value) {
      case String s -> s;
      case Boolean b -> b;
      case Integer n -> n;
      case Long n -> n;
      case Map<?, ?> map -> map(map);
      case List<?> list -> list(list);
      default -> String.valueOf(value);
    };
  }

  private static List<Object> list(List<?> list) {
    var out = new ArrayList<Object>();
    list.forEach(item -> out.add(plain(item)));
    return out;
  }
}
