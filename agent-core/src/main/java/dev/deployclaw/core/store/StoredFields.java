package dev.deployclaw.core.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The fields of a stored JSON object; a missing one or one of another type is an error. */
public record StoredFields(JsonNode node) {
  private static final ObjectMapper JSON = new ObjectMapper();

  public static StoredFields parse(byte[] bytes) {
    try {
      return new StoredFields(JSON.readTree(bytes));
    } catch (IOException e) {
      throw new UnreadableRecordException("a stored record isn't JSON", e);
    }
  }

  public String text(String name) {
    JsonNode value = required(name);
    if (!value.isTextual()) {
      throw new UnreadableRecordException("field " + name + " of a stored record isn't text");
    }
    return value.textValue();
  }

  public long number(String name) {
    JsonNode value = required(name);
    if (!value.isIntegralNumber()) {
      throw new UnreadableRecordException(
          "field " + name + " of a stored record isn't a whole number");
    }
    return value.longValue();
  }

  /** A number that earlier versions don't write. */
  public long number(String name, long otherwise) {
    return node.has(name) ? number(name) : otherwise;
  }

  public boolean flag(String name) {
    return required(name).asBoolean();
  }

  public List<String> texts(String name) {
    List<String> out = new ArrayList<>();
    required(name).forEach(item -> out.add(item.asText()));
    return out;
  }

  /** What earlier versions don't write, and who has none. */
  public List<String> textsIfAny(String name) {
    return node.has(name) ? texts(name) : List.of();
  }

  /** Objects that earlier versions don't write. */
  public List<StoredFields> objectsIfAny(String name) {
    List<StoredFields> out = new ArrayList<>();
    if (node.has(name)) {
      node.get(name).forEach(item -> out.add(new StoredFields(item)));
    }
    return out;
  }

  public List<Long> numbers(String name) {
    List<Long> out = new ArrayList<>();
    required(name).forEach(item -> out.add(item.asLong()));
    return out;
  }

  public StoredFields object(String name) {
    return new StoredFields(required(name));
  }

  public Optional<StoredFields> optional(String name) {
    return node.has(name) ? Optional.of(new StoredFields(node.get(name))) : Optional.empty();
  }

  public Optional<String> optionalText(String name) {
    return node.has(name) ? Optional.of(text(name)) : Optional.empty();
  }

  public Optional<Long> optionalNumber(String name) {
    return node.has(name) ? Optional.of(number(name)) : Optional.empty();
  }

  private JsonNode required(String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new UnreadableRecordException("a stored record has no field " + name);
    }
    return value;
  }
}
