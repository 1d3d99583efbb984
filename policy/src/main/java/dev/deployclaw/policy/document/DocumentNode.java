package dev.deployclaw.policy.document;

import java.util.List;

/** A piece of a document and where it stands. */
public sealed interface DocumentNode {
  TextPosition at();

  /** What a scalar is by the core schema of YAML 1.2; quoted ones are strings. */
  enum Kind {
    STRING("text"),
    NUMBER("a number"),
    FLAG("true or false"),
    NOTHING("nothing");

    private final String words;

    Kind(String words) {
      this.words = words;
    }

    String words() {
      return words;
    }
  }

  record Scalar(Kind kind, String text, TextPosition at) implements DocumentNode {}

  record Items(List<DocumentNode> items, TextPosition at) implements DocumentNode {}

  /** In the order of the text, duplicates included. */
  record Mapping(List<Entry> entries, TextPosition at) implements DocumentNode {}

  record Entry(String key, TextPosition at, DocumentNode value) {}

  /** What it is, in words. */
  default String words() {
    return switch (this) {
      case Scalar s -> s.kind().words();
      case Items _ -> "a list";
      case Mapping _ -> "a mapping";
    };
  }
}
