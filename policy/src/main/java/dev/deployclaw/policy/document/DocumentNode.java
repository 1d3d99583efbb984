package dev.deployclaw.policy.document;

import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.CoreScalarResolver;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;

/** A piece of a YAML or JSON document and where it stands. */
public sealed interface DocumentNode {
  TextPosition at();

  /** Counted from 1. */
  default int line() {
    return at().line();
  }

  /** What a scalar is by the core schema of YAML 1.2; quoted ones are strings. */
  enum Kind {
    STRING("text"),
    NUMBER("a number"),
    FLAG("true or false"),
    NOTHING("nothing");

    private static final ScalarResolver CORE_SCHEMA = new CoreScalarResolver(false);

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }

    private static Kind ofPlain(String text) {
      Tag tag = CORE_SCHEMA.resolve(text, true);
      if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
        return NUMBER;
      }
      if (tag.equals(Tag.BOOL)) {
        return FLAG;
      }
      return tag.equals(Tag.NULL) ? NOTHING : STRING;
    }
  }

  /**
   * @param plain not quoted, so that a number, a flag or nothing may be meant
   */
  record Scalar(String text, boolean plain, TextPosition at) implements DocumentNode {
    public Kind kind() {
      return plain ? Kind.ofPlain(text) : Kind.STRING;
    }

    public boolean isNothing() {
      return kind() == Kind.NOTHING;
    }
  }

  /**
   * @param flow in brackets, not a line each
   */
  record Items(List<DocumentNode> items, boolean flow, TextPosition at) implements DocumentNode {}

  /**
   * In the order of the text, duplicates included.
   *
   * @param flow in braces, not a line each
   */
  record Mapping(List<Entry> entries, boolean flow, TextPosition at) implements DocumentNode {
    /** Of a key that is there twice the last, as most readers take it. */
    public Optional<DocumentNode> get(String key) {
      return entries.reversed().stream()
          .filter(e -> e.key().equals(key))
          .map(Entry::value)
          .findFirst();
    }
  }

  record Entry(Scalar name, DocumentNode value) {
    public String key() {
      return name.text();
    }

    public int line() {
      return name.line();
    }
  }

  /** What it is, in words. */
  default String words() {
    return switch (this) {
      case Scalar s -> s.kind().words();
      case Items _ -> "a list";
      case Mapping _ -> "a mapping";
    };
  }
}
