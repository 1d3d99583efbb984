package dev.deployclaw.policy.parse;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A value in a document, on its way to being read: problems found here are reported here. */
record Spot(Problems problems, String path, Node node) {

  /** Reports a problem with this value, which then counts as absent. */
  <T> Optional<T> refuse(String what, String remedy) {
    problems.add(path, node.at(), what, remedy);
    return Optional.empty();
  }

  /** Text, quoted or not; numbers and the like must be quoted to count as text. */
  Optional<String> text(String example) {
    return scalar(Node.Kind.STRING, "for example " + example);
  }

  /** Text that says something. */
  Optional<String> word(String example) {
    var text = text(example);
    if (text.isPresent() && text.get().isBlank()) {
      return refuse("blank", "for example " + example);
    }
    return text;
  }

  /** A scalar of a kind, as it is written. */
  Optional<String> scalar(Node.Kind kind, String remedy) {
    if (node instanceof Node.Scalar scalar && scalar.kind() == kind) {
      return Optional.of(scalar.text());
    }
    return refuse(kind.words() + " was expected, not " + shown(), remedy);
  }

  /** The items of a list of at most {@code most}; none when it isn't one. */
  List<Spot> items(int most, String remedy) {
    if (!(node instanceof Node.Items list)) {
      refuse("a list was expected, not " + shown(), remedy);
      return List.of();
    }
    var items = list.items();
    if (items.size() > most) {
      refuse(items.size() + " entries", "at most " + most);
      return List.of();
    }
    return IntStream.range(0, items.size())
        .mapToObj(i -> new Spot(problems, path + "[" + i + "]", items.get(i)))
        .toList();
  }

  private String shown() {
    return node instanceof Node.Scalar s && !s.text().isBlank()
        ? node.words() + " (" + Quoted.shortly(s.text()) + ")"
        : node.words();
  }
}
