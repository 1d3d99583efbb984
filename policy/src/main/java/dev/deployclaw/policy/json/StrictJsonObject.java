package dev.deployclaw.policy.json;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * One object of a JSON document that is read key by key, each of the right kind. Errors say where
 * they are, in the exception that the reader of the document throws.
 */
public final class StrictJsonObject {
  private static final int USUAL_KEYS = 12;
  private static final ObjectReader JSON =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build()
          .reader();

  /** Where it is, put into words only when something is wrong. */
  private final Supplier<String> path;

  private final JsonNode node;
  private final Function<String, RuntimeException> faults;
  private final List<String> asked = new ArrayList<>(USUAL_KEYS);

  /** How many of the object's keys were asked for; each is once. */
  private int found;

  private StrictJsonObject(
      Supplier<String> path, JsonNode node, Function<String, RuntimeException> faults) {
    this.path = path;
    this.node = node;
    this.faults = faults;
    if (!node.isObject()) {
      throw faults.apply(path.get() + ": an object was expected");
    }
  }

  /** A whole document, whose errors are illegal arguments. */
  public static StrictJsonObject parse(String name, byte[] bytes) {
    return parse(name, bytes, LocatedException::new);
  }

  /** A whole document, with an exception of its own for its errors. */
  public static StrictJsonObject parse(
      String name, byte[] bytes, Function<String, RuntimeException> faults) {
    try {
      return new StrictJsonObject(() -> name, JSON.readTree(bytes), faults);
    } catch (JsonProcessingException e) {
      throw faults.apply(name + ": " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new IllegalStateException("reading bytes in memory can't fail", e);
    }
  }

  /** Reads the object with {@code reader}, then refuses the keys that it didn't ask for. */
  public <T> T read(Function<StrictJsonObject, T> reader) {
    T value;
    try {
      value = reader.apply(this);
    } catch (LocatedException e) {
      throw e;
    } catch (IllegalArgumentException e) {
      throw faults.apply(path.get() + ": " + e.getMessage());
    }
    if (found < node.size()) {
      refuseUnknown();
    }
    return value;
  }

  public String text(String key) {
    return optionalText(key).orElseThrow(() -> fault(key, "missing"));
  }

  public Optional<String> optionalText(String key) {
    return optional(key).map(n -> string(key, n));
  }

  public boolean flag(String key) {
    var value = required(key);
    if (!value.isBoolean()) {
      throw fault(key, "true or false was expected");
    }
    return value.booleanValue();
  }

  public long number(String key) {
    return whole(key, required(key));
  }

  public Optional<Long> optionalNumber(String key) {
    return node.has(key) ? Optional.of(number(key)) : Optional.empty();
  }

  /** Whether the key is there: earlier versions didn't write it. */
  public boolean has(String key) {
    return node.has(key);
  }

  public List<String> texts(String key) {
    var all = new ArrayList<String>();
    array(key).forEach(item -> all.add(string(key, item)));
    return all;
  }

  public List<Long> numbers(String key) {
    var all = new ArrayList<Long>();
    array(key).forEach(item -> all.add(whole(key, item)));
    return all;
  }

  public <T> T word(String key, Function<String, Optional<T>> known) {
    return optionalWord(key, known).orElseThrow(() -> fault(key, "missing"));
  }

  public <T> Optional<T> optionalWord(String key, Function<String, Optional<T>> known) {
    return optionalText(key).map(w -> known(key, w, known));
  }

  public <T> List<T> words(String key, Function<String, Optional<T>> known) {
    var all = new ArrayList<T>();
    for (var item : array(key)) {
      all.add(known(key, string(key, item), known));
    }
    return all;
  }

  public Map<String, String> textMap(String key) {
    var all = new TreeMap<String, String>();
    var map = required(key);
    if (!map.isObject()) {
      throw fault(key, "an object was expected");
    }
    map.properties().forEach(e -> all.put(e.getKey(), string(key, e.getValue())));
    return all;
  }

  public <T> T object(String key, Function<StrictJsonObject, T> reader) {
    return object(key).read(reader);
  }

  /** An object that may have keys of later versions. */
  public StrictJsonObject object(String key) {
    return child(() -> path.get() + "." + key, required(key));
  }

  public Optional<StrictJsonObject> optionalObject(String key) {
    return optional(key).map(n -> child(() -> path.get() + "." + key, n));
  }

  public <T> List<T> objects(String key, Function<StrictJsonObject, T> reader) {
    return openObjects(key, o -> o.read(reader));
  }

  /** Objects that may have keys of later versions. */
  public <T> List<T> openObjects(String key, Function<StrictJsonObject, T> reader) {
    var all = new ArrayList<T>();
    for (var item : array(key)) {
      int index = all.size();
      Supplier<String> place = () -> path.get() + "." + key + "[" + index + "]";
      all.add(reader.apply(child(place, item)));
    }
    return all;
  }

  public RuntimeException fault(String key, String what) {
    return faults.apply(path.get() + "." + key + ": " + what);
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

  private long whole(String key, JsonNode value) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw fault(key, "a whole number was expected");
    }
    return value.longValue();
  }

  private String string(String key, JsonNode value) {
    if (!value.isTextual()) {
      throw fault(key, "a string was expected");
    }
    return value.textValue();
  }

  private StrictJsonObject child(Supplier<String> place, JsonNode value) {
    return new StrictJsonObject(place, value, faults);
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
  private static final class LocatedException extends IllegalArgumentException {
    LocatedException(String message) {
      super(message);
    }
  }
}
