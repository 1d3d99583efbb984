package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An object with what is applied to it, and an object without some of its fields. */
final class ObjectMerge {
  private ObjectMerge() {}

  static ObjectNode merged(ObjectNode live, JsonNode config) {
    ObjectNode out = live.deepCopy();
    config
        .properties()
        .forEach(f -> out.set(f.getKey(), merged(f.getKey(), live.path(f.getKey()), f.getValue())));
    return out;
  }

  private static JsonNode merged(String field, JsonNode live, JsonNode config) {
    if (live.isContainerNode() && config.isNull()) {
      return live.deepCopy();
    }
    boolean alike = live.isContainerNode() && live.getNodeType() == config.getNodeType();
    if (!alike || FieldSchema.isAtomic(field, config)) {
      return config.deepCopy();
    }
    return live instanceof ObjectNode object
        ? merged(object, config)
        : list(FieldSchema.items(field, live), FieldSchema.items(field, config));
  }

  /** In the order of what is applied; what isn't applied stays where it is between. */
  private static ArrayNode list(Map<String, JsonNode> live, Map<String, JsonNode> config) {
    ArrayNode out = ApiServer.JSON.createArrayNode();
    List<String> old = new ArrayList<>(live.keySet());
    List<String> now = new ArrayList<>(config.keySet());
    var shared = new ArrayDeque<>(now.stream().filter(live::containsKey).toList());
    int l = 0;
    int n = 0;
    while (l < old.size() || n < now.size()) {
      if (l < old.size() && config.containsKey(old.get(l))) {
        boolean turn = n < now.size() && old.get(l).equals(shared.peek());
        if (!turn) {
          l++;
          continue;
        }
      } else if (l < old.size()) {
        out.add(live.getOrDefault(old.get(l++), NullNode.getInstance()).deepCopy());
        continue;
      }
      String key = now.get(n++);
      out.add(item(live.get(key), config.getOrDefault(key, NullNode.getInstance())));
      if (key.equals(shared.peek())) {
        shared.remove();
        l += l < old.size() && old.get(l).equals(key) ? 1 : 0;
      }
    }
    return out;
  }

  private static JsonNode item(@Nullable JsonNode live, JsonNode config) {
    return live instanceof ObjectNode object ? merged(object, config) : config.deepCopy();
  }

  /** Where nothing is left of an object or a list, there is null. */
  static JsonNode without(ObjectNode object, FieldSet gone) {
    ObjectNode out = ApiServer.JSON.createObjectNode();
    object
        .properties()
        .forEach(f -> {
          String element = "f:" + f.getKey();
          if (!gone.members().contains(element)) {
            var below = gone.below(element);
            out.set(
                f.getKey(),
                below.isEmpty() ? f.getValue() : without(f.getKey(), f.getValue(), below));
          }
        });
    return out.isEmpty() ? NullNode.getInstance() : out;
  }

  private static JsonNode without(String field, JsonNode value, FieldSet gone) {
    if (value instanceof ObjectNode object) {
      return without(object, gone);
    }
    if (!value.isArray() || FieldSchema.isAtomic(field, value)) {
      return NullNode.getInstance();
    }
    ArrayNode out = ApiServer.JSON.createArrayNode();
    FieldSchema.items(field, value)
        .forEach((key, item) -> {
          if (!gone.members().contains(key)) {
            out.add(item instanceof ObjectNode o ? without(o, gone.below(key)) : item);
          }
        });
    return out.isEmpty() ? NullNode.getInstance() : out;
  }
}
