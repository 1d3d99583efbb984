package dev.deployclaw.policy.parse;

import java.util.List;

/** A piece of a document and where it stands. */
sealed interface Node {
  Place at();

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

  record Scalar(Kind kind, String text, Place at) implements Node {}

  record Items(List<Node> items, Place at) implements Node {}

  /** In the order of the text, duplicates included. */
  record Mapping(List<Entry> entries, Place at) implements Node {}

  record Entry(String key, Place at, Node value) {}

  /** What it is, in words. */
  default String words() {
    return switch (this) {
      case Scalar s -> s.kind().words();
      case Items _ -> "a list";
      case Mapping _ -> "a mapping";
    };
  }
}
