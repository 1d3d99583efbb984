package dev.deployclaw.policy.document;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The fields of a mapping by name. Unknown and duplicate keys are reported when it is made. */
public final class DocumentFields {
  private final DocumentCursor owner;
  private final Map<String, DocumentCursor> byName = new LinkedHashMap<>();

  private DocumentFields(DocumentCursor owner) {
    this.owner = owner;
  }

  /**
   * The fields of {@code owner}, which may have the {@code known} keys; any where none are given.
   */
  public static DocumentFields of(DocumentCursor owner, List<String> known) {
    var fields = new DocumentFields(owner);
    if (!(owner.node() instanceof DocumentNode.Mapping mapping)) {
      owner.refuse("a mapping was expected, not " + owner.node().words(), keys(known));
      return fields;
    }
    mapping.entries().forEach(e -> fields.add(e, known));
    return fields;
  }

  /** The value of an optional field; absent also when it is wrong, which is then reported. */
  public <T> Optional<T> optional(String name, Function<DocumentCursor, Optional<T>> reader) {
    return spot(name).flatMap(reader);
  }

  /** The value of a field that must be there. */
  public <T> Optional<T> required(String name, Function<DocumentCursor, Optional<T>> reader) {
    if (!byName.containsKey(name)) {
      missing(name);
    }
    return optional(name, reader);
  }

  /** The fields of a mapping that must be there. */
  public Optional<DocumentFields> fields(String name, List<String> known) {
    return required(name, spot -> Optional.of(of(spot, known)));
  }

  public Optional<DocumentCursor> spot(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  public Map<String, DocumentCursor> all() {
    return byName;
  }

  private void missing(String name) {
    if (owner.node() instanceof DocumentNode.Mapping) {
      owner.problems().add(path(name), owner.node().at(), "missing", "add " + name);
    }
  }

  private void add(DocumentNode.Entry entry, List<String> known) {
    var spot = new DocumentCursor(owner.problems(), path(entry.key()), entry.value());
    if (!known.isEmpty() && !known.contains(entry.key())) {
      String remedy =
          ClosestWordFinder.closest(entry.key(), known)
              .map(k -> "did you mean " + QuotedText.of(k) + "?")
              .orElse(keys(known));
      report(entry, "unknown key " + QuotedText.shortly(entry.key()), remedy);
    } else if (byName.putIfAbsent(entry.key(), spot) != null) {
      int first = byName.get(entry.key()).node().at().line();
      report(entry, "duplicate key", "already given in line " + first + "; keep one of the two");
    }
  }

  private void report(DocumentNode.Entry entry, String what, String remedy) {
    owner.problems().add(path(entry.key()), entry.name().at(), what, remedy);
  }

  private String path(String name) {
    return owner.path().isEmpty() ? name : owner.path() + "." + name;
  }

  private static String keys(List<String> known) {
    return known.isEmpty() ? "write name: value" : "known keys: " + String.join(", ", known);
  }
}
