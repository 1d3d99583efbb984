package dev.deployclaw.policy.imports.yaml;

import java.util.List;
import java.util.Optional;

/** A piece of a YAML document of another system. Lines count from 1. */
public sealed interface ForeignYamlNode {
  int line();

  /**
   * @param plain not quoted, so that a number, a flag or nothing may be meant
   */
  record Text(String text, boolean plain, int line) implements ForeignYamlNode {
    public boolean nothing() {
      return plain && List.of("", "~", "null", "Null", "NULL").contains(text);
    }
  }

  record Items(List<ForeignYamlNode> items, int line) implements ForeignYamlNode {
    public Items {
      items = List.copyOf(items);
    }
  }

  /** Entries in the order of the text; of a key that stands twice, both. */
  record Fields(List<Field> fields, int line) implements ForeignYamlNode {
    public Fields {
      fields = List.copyOf(fields);
    }

    /** Of a key that stands twice the last, as most readers take it. */
    public Optional<ForeignYamlNode> get(String name) {
      return fields.reversed().stream()
          .filter(f -> f.name().equals(name))
          .map(Field::value)
          .findFirst();
    }
  }

  /**
   * @param plain the name isn't quoted
   */
  record Field(String name, boolean plain, ForeignYamlNode value, int line) {}
}
