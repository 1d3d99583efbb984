package dev.deployclaw.testkit.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Who owns which fields, as {@code metadata.managedFields} says it. For one thread. */
record ManagedFields(Map<FieldOwner, FieldSet> sets, Map<FieldOwner, String> times) {
  private static final Comparator<Map.Entry<FieldOwner, FieldSet>> ORDER =
      Comparator.comparing(e -> e.getKey().operation() + e.getKey().manager());

  static ManagedFields of(JsonNode object) {
    var out = new ManagedFields(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (JsonNode entry : object.at("/metadata/managedFields")) {
      if (entry.has("manager")) {
        var writer = FieldOwner.read(entry);
        out.sets.merge(writer, FieldSet.read(entry.path("fieldsV1")), FieldSet::union);
        out.times.put(writer, entry.path("time").asText(""));
      }
    }
    return out;
  }

  ManagedFields copy() {
    return new ManagedFields(new LinkedHashMap<>(sets), new LinkedHashMap<>(times));
  }

  FieldSet get(FieldOwner writer) {
    return sets.getOrDefault(writer, new FieldSet());
  }

  FieldSet all() {
    return sets.values().stream().reduce(new FieldSet(), FieldSet::union);
  }

  void put(FieldOwner writer, FieldSet set) {
    sets.put(writer, set);
  }

  /** What others own of these fields; each that owns none is left out. */
  Map<FieldOwner, FieldSet> shares(FieldOwner but, FieldSet fields) {
    var out = new LinkedHashMap<FieldOwner, FieldSet>();
    sets.forEach((writer, set) -> {
      var shared = set.intersection(fields);
      if (!writer.equals(but) && !shared.isEmpty()) {
        out.put(writer, shared);
      }
    });
    return out;
  }

  /** All but one lose what was written, and all what was removed. */
  void lose(FieldOwner but, FieldComparison change) {
    sets.replaceAll((writer, set) ->
        (writer.equals(but) ? set : set.difference(change.written())).difference(change.removed()));
  }

  void write(ObjectNode object, FieldOwner now) {
    times.put(now, Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    ObjectNode metadata = object.withObject("/metadata");
    metadata.remove("managedFields");
    ArrayNode entries = metadata.putArray("managedFields");
    sets.entrySet().stream()
        .filter(e -> !e.getValue().isEmpty())
        .sorted(ORDER)
        .forEach(e -> entry(entries.addObject(), object, e));
    if (entries.isEmpty()) {
      metadata.remove("managedFields");
    }
  }

  private void entry(ObjectNode out, JsonNode object, Map.Entry<FieldOwner, FieldSet> owned) {
    var writer = owned.getKey();
    out.put("manager", writer.manager()).put("operation", writer.operation());
    out.put("apiVersion", object.path("apiVersion").asText("v1"));
    Optional.ofNullable(times.get(writer))
        .filter(t -> !t.isEmpty())
        .ifPresent(t -> out.put("time", t));
    out.put("fieldsType", "FieldsV1").set("fieldsV1", owned.getValue().json());
    if (!writer.subresource().isEmpty()) {
      out.put("subresource", writer.subresource());
    }
  }
}
