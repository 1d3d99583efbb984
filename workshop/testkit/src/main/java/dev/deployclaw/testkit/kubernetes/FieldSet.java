package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Fields of an object, as {@code FieldsV1} says them: a tree of elements such as {@code f:spec} and
 * {@code k:{"name":"x"}}, of which those in {@code members} belong to the set.
 */
record FieldSet(Set<String> members, Map<String, FieldSet> children) {
  private static final String SELF = ".";

  FieldSet() {
    this(new TreeSet<>(), new TreeMap<>());
  }

  static FieldSet of(JsonNode object) {
    var out = new FieldSet();
    object.properties().forEach(f -> out.insertField(f.getKey(), f.getValue()));
    return out;
  }

  private void insertField(String name, JsonNode value) {
    String element = "f:" + name;
    boolean merges = value.isContainerNode() && !FieldSchema.isAtomic(name, value);
    if (!merges || (value.isObject() && value.isEmpty())) {
      members.add(element);
      return;
    }
    var below = new FieldSet();
    if (value.isObject()) {
      value.properties().forEach(f -> below.insertField(f.getKey(), f.getValue()));
    } else {
      FieldSchema.items(name, value)
          .forEach((key, item) -> {
            below.members.add(key);
            below.putChild(key, item.isObject() ? of(item) : new FieldSet());
          });
    }
    putChild(element, below);
  }

  private void putChild(String element, FieldSet child) {
    if (!child.isEmpty()) {
      children.put(element, child);
    }
  }

  void insert(List<String> path) {
    var at = this;
    for (String element : path.subList(0, path.size() - 1)) {
      at = at.children.computeIfAbsent(element, _ -> new FieldSet());
    }
    at.members.add(path.getLast());
  }

  boolean isEmpty() {
    return members.isEmpty() && children.values().stream().allMatch(FieldSet::isEmpty);
  }

  FieldSet below(String element) {
    return children.getOrDefault(element, new FieldSet());
  }

  FieldSet union(FieldSet other) {
    var out = new FieldSet();
    out.members.addAll(members);
    out.members.addAll(other.members);
    var names = new TreeSet<>(children.keySet());
    names.addAll(other.children.keySet());
    names.forEach(n -> out.putChild(n, below(n).union(other.below(n))));
    return out;
  }

  FieldSet intersection(FieldSet other) {
    var out = new FieldSet();
    out.members.addAll(members);
    out.members.retainAll(other.members);
    children.forEach((n, child) -> out.putChild(n, child.intersection(other.below(n))));
    return out;
  }

  FieldSet difference(FieldSet other) {
    var out = new FieldSet();
    out.members.addAll(members);
    out.members.removeAll(other.members);
    children.forEach((n, child) -> out.putChild(n, child.difference(other.below(n))));
    return out;
  }

  /** With the fields above those that belong to it; a list's items aren't fields. */
  FieldSet withParents() {
    var out = new FieldSet();
    out.members.addAll(members);
    children.forEach((n, child) -> {
      out.putChild(n, child.withParents());
      if (n.startsWith("f:")) {
        out.members.add(n);
      }
    });
    return out;
  }

  List<List<String>> paths() {
    var out = new ArrayList<List<String>>();
    addPaths(List.of(), out);
    return out;
  }

  private void addPaths(List<String> prefix, List<List<String>> out) {
    members.forEach(m -> out.add(plus(prefix, m)));
    children.forEach((n, child) -> child.addPaths(plus(prefix, n), out));
  }

  private static List<String> plus(List<String> prefix, String element) {
    var out = new ArrayList<>(prefix);
    out.add(element);
    return List.copyOf(out);
  }

  static FieldSet read(JsonNode fieldsV1) {
    var out = new FieldSet();
    fieldsV1
        .properties()
        .forEach(f -> {
          String element = f.getKey();
          if (element.equals(SELF)) {
            return;
          }
          if (f.getValue().isEmpty() || f.getValue().has(SELF)) {
            out.members.add(element);
          }
          out.putChild(element, read(f.getValue()));
        });
    return out;
  }

  ObjectNode json() {
    ObjectNode out = ApiServer.JSON.createObjectNode();
    var names = new TreeSet<>(members);
    names.addAll(children.keySet());
    for (String name : names) {
      ObjectNode below = out.putObject(name);
      if (children.containsKey(name)) {
        if (members.contains(name)) {
          below.putObject(SELF);
        }
        below.setAll(below(name).json());
      }
    }
    return out;
  }

  static JsonNode json(String text) {
    try {
      return ApiServer.JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(text, e);
    }
  }
}
