package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which lists and maps the built-in kinds merge item by item, and by which keys ({@code
 * x-kubernetes-list-map-keys}, {@code x-kubernetes-map-type}), by the name of the field. All other
 * lists are atomic, all other maps merge.
 */
final class FieldSchema {
  private static final List<String> NAME = List.of("name");

  /** The keys of a list of objects, in the order in which a path says them. */
  private static final Map<String, List<String>> KEYS =
      Map.ofEntries(
          Map.entry("containers", NAME),
          Map.entry("initContainers", NAME),
          Map.entry("ephemeralContainers", NAME),
          Map.entry("volumes", NAME),
          Map.entry("env", NAME),
          Map.entry("imagePullSecrets", NAME),
          Map.entry("resourceClaims", NAME),
          Map.entry("schedulingGates", NAME),
          Map.entry("secrets", NAME),
          Map.entry("volumeMounts", List.of("mountPath")),
          Map.entry("volumeDevices", List.of("devicePath")),
          Map.entry("hostAliases", List.of("ip")),
          Map.entry("podIPs", List.of("ip")),
          Map.entry("hostIPs", List.of("ip")),
          Map.entry("topologySpreadConstraints", List.of("topologyKey", "whenUnsatisfiable")),
          Map.entry("conditions", List.of("type")),
          Map.entry("ownerReferences", List.of("uid")));

  private static final List<String> CONTAINER_PORTS = List.of("containerPort", "protocol");
  private static final List<String> SERVICE_PORTS = List.of("port", "protocol");
  private static final Set<String> SETS = Set.of("finalizers");
  private static final Set<String> ATOMIC_MAPS =
      Set.of(
          ("selector labelSelector nodeSelector configMapKeyRef secretKeyRef fieldRef"
                  + " resourceFieldRef secretRef roleRef")
              .split(" ", -1));

  private FieldSchema() {}

  static boolean isAtomic(String field, JsonNode value) {
    return value.isArray() ? isAtomicList(field) : ATOMIC_MAPS.contains(field);
  }

  private static boolean isAtomicList(String field) {
    return !KEYS.containsKey(field) && !field.equals("ports") && !SETS.contains(field);
  }

  /**
   * The items of a list that merges, each by its element of a path; the first of several that have
   * the same.
   *
   * @throws Untyped where an item has no key
   */
  static Map<String, JsonNode> items(String field, JsonNode list) {
    var out = new LinkedHashMap<String, JsonNode>();
    int index = 0;
    for (JsonNode item : list) {
      out.putIfAbsent(element(field, item, index++), item);
    }
    return out;
  }

  private static String element(String field, JsonNode item, int index) {
    if (SETS.contains(field)) {
      return "v:" + item;
    }
    ObjectNode key = ApiServer.JSON.createObjectNode();
    for (String name : keys(field, item)) {
      JsonNode value = item.path(name);
      if (value.isMissingNode() && !name.equals("protocol")) {
        throw new Untyped(
            (".%s: element %d: associative list with keys has an element that omits key field"
                    + " \"%s\" (and doesn't have default value)")
                .formatted(field, index, name));
      }
      key.set(name, value.isMissingNode() ? TextNode.valueOf("TCP") : value);
    }
    return "k:" + key;
  }

  private static List<String> keys(String field, JsonNode item) {
    if (field.equals("ports")) {
      return item.has("containerPort") ? CONTAINER_PORTS : SERVICE_PORTS;
    }
    return KEYS.getOrDefault(field, NAME);
  }

  /** An object doesn't fit the schema. */
  static final class Untyped extends IllegalStateException {
    Untyped(String message) {
      super(message);
    }
  }

  static String words(List<String> path) {
    var out = new StringBuilder();
    for (String element : path) {
      String rest = element.substring(2);
      out.append(element.startsWith("f:") ? "." + rest : "[" + item(element, rest) + "]");
    }
    return out.toString();
  }

  private static String item(String element, String rest) {
    if (element.startsWith("v:")) {
      return "=" + rest;
    }
    var out = new ArrayList<String>();
    FieldSet.json(rest).properties().forEach(e -> out.add(e.getKey() + "=" + e.getValue()));
    return String.join(",", out);
  }
}
