package dev.deployclaw.policy.document;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** A value in a document, on its way to being read: problems found here are reported here. */
public record DocumentCursor(ProblemCollector problems, String path, DocumentNode node) {

  /** Reports a problem with this value, which then counts as absent. */
  public <T> Optional<T> refuse(String what, String remedy) {
    problems.add(path, node.at(), what, remedy);
    return Optional.empty();
  }

  /** Text, quoted or not; numbers and the like must be quoted to count as text. */
  public Optional<String> text(String example) {
    return scalar(DocumentNode.Kind.STRING, "for example " + example);
  }

  /** Text that says something. */
  public Optional<String> word(String example) {
    var text = text(example);
    if (text.isPresent() && text.get().isBlank()) {
      return refuse("blank", "for example " + example);
    }
    return text;
  }

  /** A scalar of a kind, as it is written. */
  Optional<String> scalar(DocumentNode.Kind kind, String remedy) {
    if (node instanceof DocumentNode.Scalar scalar && scalar.kind() == kind) {
      return Optional.of(scalar.text());
    }
    return refuse(kind.words() + " was expected, not " + shown(), remedy);
  }

  /** The items of a list of at most {@code most}; none when it isn't one. */
  public List<DocumentCursor> items(int most, String remedy) {
    if (!(node instanceof DocumentNode.Items list)) {
      refuse("a list was expected, not " + shown(), remedy);
      return List.of();
    }
    var items = list.items();
    if (items.size() > most) {
      refuse(items.size() + " entries", "at most " + most);
      return List.of();
    }
    return IntStream.range(0, items.size())
        .mapToObj(i -> new DocumentCursor(problems, path + "[" + i + "]", items.get(i)))
        .toList();
  }

  private String shown() {
    return node instanceof DocumentNode.Scalar s && !s.text().isBlank()
        ? node.words() + " (" + QuotedText.shortly(s.text()) + ")"
        : node.words();
  }
}
