package dev.deployclaw.core.machine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The fields of a stored JSON object; a missing one or one of another type is an error. */
record Fields(JsonNode node) {
  private static final ObjectMapper JSON = new ObjectMapper();

  static Fields parse(byte[] bytes) {
    try {
      return new Fields(JSON.readTree(bytes));
    } catch (IOException e) {
      throw new Unreadable("a stored record isn't JSON", e);
    }
  }

  String text(String name) {
    JsonNode value = required(name);
    if (!value.isTextual()) {
      throw new Unreadable("field " + name + " of a stored record isn't text");
    }
    return value.textValue();
  }

  long number(String name) {
    JsonNode value = required(name);
    if (!value.isIntegralNumber()) {
      throw new Unreadable("field " + name + " of a stored record isn't a whole number");
    }
    return value.longValue();
  }

  /** A number that earlier versions don't write. */
  long number(String name, long otherwise) {
    return node.has(name) ? number(name) : otherwise;
  }

  boolean flag(String name) {
    return required(name).asBoolean();
  }

  List<String> texts(String name) {
    List<String> out = new ArrayList<>();
    required(name).forEach(item -> out.add(item.asText()));
    return out;
  }

  /** What earlier versions don't write, and who has none. */
  List<String> textsIfAny(String name) {
    return node.has(name) ? texts(name) : List.of();
  }

  /** Objects that earlier versions don't write. */
  List<Fields> objectsIfAny(String name) {
    List<Fields> out = new ArrayList<>();
    if (node.has(name)) {
      node.get(name).forEach(item -> out.add(new Fields(item)));
    }
    return out;
  }

  List<Long> numbers(String name) {
    List<Long> out = new ArrayList<>();
    required(name).forEach(item -> out.add(item.asLong()));
    return out;
  }

  Fields object(String name) {
    return new Fields(required(name));
  }

  Optional<Fields> optional(String name) {
    return node.has(name) ? Optional.of(new Fields(node.get(name))) : Optional.empty();
  }

  Optional<String> optionalText(String name) {
    return node.has(name) ? Optional.of(text(name)) : Optional.empty();
  }

  Optional<Long> optionalNumber(String name) {
    return node.has(name) ? Optional.of(number(name)) : Optional.empty();
  }

  private JsonNode required(String name) {
    JsonNode value = node.get(name);
    if (value == null) {
      throw new Unreadable("a stored record has no field " + name);
    }
    return value;
  }
}
