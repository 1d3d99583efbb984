package dev.deployclaw.core.language.evaluation;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.deployclaw.core.language.IntentJson;
import dev.deployclaw.core.language.IntentJsonReader;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.policy.json.RecordJson;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A wrong reading: a right one with a part dropped, edited or added, or a request that says more
 * than its reading. Made from the JSON of an intent, so that what is new in one is spoilt, too.
 *
 * @param kind the part, and what was done to it
 */
record CorruptedReading(String kind, String request, Intent intent) {
  private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};
  private static final Map<String, String> OPPOSITES =
      Map.of(
          "block", "unblock",
          "unblock", "block",
          "remove-limit", "block",
          "check-drift", "repair-drift",
          "validate", "apply-policies",
          "snapshot", "apply-policies",
          "enforce", "shadow",
          "shadow", "enforce");
  private static final List<String> CONDITIONS =
      List.of(" unless they complain", " per user", ", maybe", " once the migration is over");
  private static final String END = " for the next 12 hours";

  /** All that fit a request and its right reading. */
  static List<CorruptedReading> of(String request, Intent right, NameInventory names) {
    var maker = new ReadingSpoiler(request, right);
    maker.places(maker.root, JsonPointer.empty());
    names.tenants().keySet().stream()
        .filter(tenant -> !right.names(tenant))
        .findFirst()
        .ifPresent(maker::stranger);
    names.services().stream()
        .filter(s -> right.changes().stream().noneMatch(c -> c.service().equals(Optional.of(s))))
        .findFirst()
        .ifPresent(other -> maker.each("/service", "another", (c, key) -> c.put(key, other)));
    maker.each(
        "/tenants",
        "everybody for",
        (c, key) -> {
          c.remove(key);
          c.put("all", true);
        });
    maker.swap();
    maker.add("dryRun invented", copy -> copy.withObject("/guards").put("dryRun", true));
    if (right.operation().changes()) {
      maker.more();
    }
    return maker.out;
  }

  /** What is done to the property of an object. */
  @FunctionalInterface
  private interface Edit {
    void edit(ObjectNode part, String key);
  }

  /** One thread. */
  private static final class ReadingSpoiler {
    private final List<CorruptedReading> out = new ArrayList<>();
    private final List<JsonPointer> properties = new ArrayList<>();
    private final String request;
    private final Intent right;
    private final ObjectNode root;

    ReadingSpoiler(String request, Intent right) {
      this.request = request;
      this.right = right;
      this.root = RecordJson.MAPPER.valueToTree(IntentJson.of(right));
    }

    void add(String kind, Consumer<ObjectNode> how) {
      var copy = root.deepCopy();
      how.accept(copy);
      try {
        var intent = IntentJsonReader.read(RecordJson.MAPPER.convertValue(copy, MAP));
        if (!CheckedInterpreter.same(intent, right)) {
          out.add(new CorruptedReading(kind, request, intent));
        }
      } catch (IllegalArgumentException | ArithmeticException e) {
        return; // no intent has this form, so no judge gets to see it
      }
    }

    /** Each part of the intent is dropped, and edited as its form allows. */
    void places(JsonNode node, JsonPointer at) {
      if (node instanceof ArrayNode list && list.size() > 1) {
        String name = at.last().getMatchingProperty();
        add(name + " one dropped", copy -> ((ArrayNode) copy.at(at)).remove(0));
      }
      for (int i = 0; node instanceof ArrayNode && i < node.size(); i++) {
        places(node.get(i), at.appendIndex(i));
      }
      for (var part : node.properties()) {
        var place = at.appendProperty(part.getKey());
        properties.add(place);
        change(place, "dropped", ObjectNode::remove);
        edit(place, part.getValue());
        places(part.getValue(), place);
      }
    }

    private void edit(JsonPointer place, JsonNode value) {
      if (value.isIntegralNumber()) {
        change(place, "off by one", (part, key) -> part.put(key, value.longValue() + 1));
        change(place, "times ten", (part, key) -> part.put(key, value.longValue() * 10));
      } else if (value.isNumber()) {
        var turned = BigDecimal.TWO.subtract(value.decimalValue()).abs().add(BigDecimal.ONE);
        change(place, "edited", (part, key) -> part.put(key, turned));
      } else if (value.isTextual()) {
        String text = value.textValue();
        Optional.ofNullable(OPPOSITES.get(text))
            .ifPresent(other -> change(place, "turned", (part, key) -> part.put(key, other)));
        later(text).ifPresent(at -> change(place, "later", (part, key) -> part.put(key, at)));
      }
    }

    private static Optional<String> later(String instant) {
      try {
        return Optional.of(OffsetDateTime.parse(instant).plusHours(1).toString());
      } catch (DateTimeParseException e) {
        return Optional.empty();
      }
    }

    private void change(JsonPointer place, String what, Edit edit) {
      String key = place.last().getMatchingProperty();
      add(key + " " + what, copy -> edit.edit((ObjectNode) copy.at(place.head()), key));
    }

    void each(String end, String what, Edit edit) {
      properties.stream()
          .filter(place -> place.toString().endsWith(end))
          .forEach(place -> change(place, what, edit));
    }

    void stranger(String tenant) {
      each("/tenants", "one more", (part, key) -> part.withArray("/" + key).add(tenant));
      each("/tenants", "another", (part, key) -> part.putArray(key).add(tenant));
      each("/from", "another", (part, key) -> part.put(key, tenant));
    }

    /** The direction of a copy; the values and services of two changes. */
    void swap() {
      each(
          "/from",
          "swapped",
          (part, key) -> {
            var to = part.at("/tenants/0");
            part.putArray("tenants").add(part.get(key));
            part.set(key, to);
          });
      for (String key :
          right.changes().size() < 2 ? List.<String>of() : List.of("set", "service")) {
        add(
            key + " swapped",
            copy -> {
              var first = (ObjectNode) copy.at("/changes/0");
              var second = (ObjectNode) copy.at("/changes/1");
              var one = first.remove(key);
              if (one != null && second.has(key)) {
                first.set(key, second.get(key));
                second.set(key, one);
              }
            });
      }
    }

    /** The reading stays, and the request says more than it. */
    void more() {
      String bare = request.strip().replaceAll("[.!?]+$", "");
      CONDITIONS.forEach(c -> out.add(new CorruptedReading("condition dropped", bare + c, right)));
      if (!right.schedule().ends() && right.target().isEmpty()) {
        out.add(new CorruptedReading("end dropped", bare + END, right));
      }
    }
  }
}
