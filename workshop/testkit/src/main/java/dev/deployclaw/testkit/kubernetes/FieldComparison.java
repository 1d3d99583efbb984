package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;

/**
 * Which fields differ between two objects; one that is on one side alone is there with all below.
 */
record FieldComparison(FieldSet added, FieldSet modified, FieldSet removed) {
  static FieldComparison of(JsonNode before, JsonNode after) {
    var out = new FieldComparison(new FieldSet(), new FieldSet(), new FieldSet());
    out.fields(List.of(), before, after);
    return out;
  }

  FieldSet written() {
    return added.union(modified);
  }

  private void fields(List<String> path, JsonNode before, JsonNode after) {
    var names = new LinkedHashSet<String>();
    before.fieldNames().forEachRemaining(names::add);
    after.fieldNames().forEachRemaining(names::add);
    for (String name : names) {
      value(plus(path, "f:" + name), name, before.path(name), after.path(name));
    }
  }

  private void value(List<String> path, String field, JsonNode before, JsonNode after) {
    JsonNode shape = after.isContainerNode() ? after : before;
    boolean empty = before.isEmpty() && after.isEmpty();
    boolean alike = isLike(shape, before) && isLike(shape, after);
    if (!shape.isContainerNode() || !alike || empty || FieldSchema.isAtomic(field, shape)) {
      leaf(path, before, after);
      return;
    }
    if (shape.isObject()) {
      fields(path, before, after);
    } else {
      items(path, field, before, after);
    }
    onOneSide(path, before, after);
  }

  private static boolean isLike(JsonNode shape, JsonNode value) {
    boolean none = value.isMissingNode() || value.isNull();
    return none || value.getNodeType() == shape.getNodeType();
  }

  private void items(List<String> path, String field, JsonNode before, JsonNode after) {
    Map<String, JsonNode> old = FieldSchema.items(field, before);
    Map<String, JsonNode> now = FieldSchema.items(field, after);
    var all = new LinkedHashMap<>(old);
    all.putAll(now);
    for (String key : all.keySet()) {
      JsonNode one = old.getOrDefault(key, MissingNode.getInstance());
      JsonNode other = now.getOrDefault(key, MissingNode.getInstance());
      if (all.get(key).isObject()) {
        fields(plus(path, key), one, other);
        onOneSide(plus(path, key), one, other);
      } else {
        leaf(plus(path, key), one, other);
      }
    }
  }

  private void leaf(List<String> path, JsonNode before, JsonNode after) {
    onOneSide(path, before, after);
    if (!before.isMissingNode() && !after.isMissingNode() && !before.equals(after)) {
      modified.insert(path);
    }
  }

  private void onOneSide(List<String> path, JsonNode before, JsonNode after) {
    if (before.isMissingNode()) {
      added.insert(path);
    } else if (after.isMissingNode()) {
      removed.insert(path);
    }
  }

  private static List<String> plus(List<String> path, String element) {
    var out = new ArrayList<>(path);
    out.add(element);
    return out;
  }
}
