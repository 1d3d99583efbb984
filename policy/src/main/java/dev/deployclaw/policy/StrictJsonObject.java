package dev.deployclaw.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/** One object of a JSON tree that is read key by key, each of the right kind, with none left. */
final class StrictJsonObject {
  private static final int USUAL_KEYS = 12;

  /** Where it is, put into words only when something is wrong. */
  private final Supplier<String> path;

  private final JsonNode node;
  private final List<String> asked = new ArrayList<>(USUAL_KEYS);

  /** How many of the object's keys were asked for; each is once. */
  private int found;

  private StrictJsonObject(Supplier<String> path, JsonNode node) {
    this.path = path;
    this.node = node;
    if (!node.isObject()) {
      throw new IllegalArgumentException(path.get() + ": an object was expected");
    }
  }

  static StrictJsonObject root(JsonNode node) {
    return new StrictJsonObject(() -> "policy set", node);
  }

  /** Reads the object with {@code reader}, then refuses the keys that it didn't ask for. */
  <T> T read(Function<StrictJsonObject, T> reader) {
    T value;
    try {
      value = reader.apply(this);
    } catch (Fault e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw new Fault(path.get() + ": " + e.getMessage());
    }
    if (found < node.size()) {
      refuseUnknown();
    }
    return value;
  }

  String text(String key) {
    return optionalText(key).orElseThrow(() -> fault(key, "missing"));
  }

  Optional<String> optionalText(String key) {
    return optional(key).map(n -> string(key, n));
  }

  boolean flag(String key) {
    var value = required(key);
    if (!value.isBoolean()) {
      throw fault(key, "true or false was expected");
    }
    return value.booleanValue();
  }

  long number(String key) {
    var value = required(key);
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw fault(key, "a whole number was expected");
    }
    return value.longValue();
  }

  <T> T word(String key, Function<String, Optional<T>> known) {
    return optionalWord(key, known).orElseThrow(() -> fault(key, "missing"));
  }

  <T> Optional<T> optionalWord(String key, Function<String, Optional<T>> known) {
    return optionalText(key).map(w -> known(key, w, known));
  }

  <T> List<T> words(String key, Function<String, Optional<T>> known) {
    var all = new ArrayList<T>();
    for (var item : array(key)) {
      all.add(known(key, string(key, item), known));
    }
    return all;
  }

  Map<String, String> texts(String key) {
    var all = new TreeMap<String, String>();
    var map = required(key);
    if (!map.isObject()) {
      throw fault(key, "an object was expected");
    }
    map.properties().forEach(e -> all.put(e.getKey(), string(key, e.getValue())));
    return all;
  }

  <T> T object(String key, Function<StrictJsonObject, T> reader) {
    return new StrictJsonObject(() -> path.get() + "." + key, required(key)).read(reader);
  }

  <T> List<T> objects(String key, Function<StrictJsonObject, T> reader) {
    var all = new ArrayList<T>();
    for (var item : array(key)) {
      int index = all.size();
      Supplier<String> place = () -> path.get() + "." + key + "[" + index + "]";
      all.add(new StrictJsonObject(place, item).read(reader));
    }
    return all;
  }

  IllegalArgumentException fault(String key, String what) {
    return new Fault(path.get() + "." + key + ": " + what);
  }

  private void refuseUnknown() {
    for (var names = node.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!asked.contains(name)) {
        throw fault(name, "unknown key");
      }
    }
  }

  private <T> T known(String key, String word, Function<String, Optional<T>> known) {
    return known.apply(word).orElseThrow(() -> fault(key, "unknown word \"" + word + "\""));
  }

  private JsonNode array(String key) {
    var value = required(key);
    if (!value.isArray()) {
      throw fault(key, "an array was expected");
    }
    return value;
  }

  private String string(String key, JsonNode value) {
    if (!value.isTextual()) {
      throw fault(key, "a string was expected");
    }
    return value.textValue();
  }

  private JsonNode required(String key) {
    return optional(key).orElseThrow(() -> fault(key, "missing"));
  }

  private Optional<JsonNode> optional(String key) {
    asked.add(key);
    var value = node.get(key);
    if (value != null) {
      found++;
    }
    return Optional.ofNullable(value);
  }

  /** An error that already says where it is. */
  private static final class Fault extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    Fault(String message) {
      super(message);
    }
  }
}
