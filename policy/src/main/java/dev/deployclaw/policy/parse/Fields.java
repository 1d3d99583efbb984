package dev.deployclaw.policy.parse;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The fields of a mapping by name. Unknown and duplicate keys are reported when it is made. */
final class Fields {
  private final Spot owner;
  private final Map<String, Spot> byName = new LinkedHashMap<>();

  private Fields(Spot owner) {
    this.owner = owner;
  }

  /**
   * The fields of {@code owner}, which may have the {@code known} keys; any where none are given.
   */
  static Fields of(Spot owner, List<String> known) {
    var fields = new Fields(owner);
    if (!(owner.node() instanceof Node.Mapping mapping)) {
      owner.refuse("a mapping was expected, not " + owner.node().words(), keys(known));
      return fields;
    }
    mapping.entries().forEach(e -> fields.add(e, known));
    return fields;
  }

  /** The value of an optional field; absent also when it is wrong, which is then reported. */
  <T> Optional<T> optional(String name, Function<Spot, Optional<T>> reader) {
    return spot(name).flatMap(reader);
  }

  /** The value of a field that must be there. */
  <T> Optional<T> required(String name, Function<Spot, Optional<T>> reader) {
    if (!byName.containsKey(name)) {
      missing(name);
    }
    return optional(name, reader);
  }

  /** The fields of a mapping that must be there. */
  Optional<Fields> fields(String name, List<String> known) {
    return required(name, spot -> Optional.of(of(spot, known)));
  }

  Optional<Spot> spot(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  Map<String, Spot> all() {
    return byName;
  }

  private void missing(String name) {
    if (owner.node() instanceof Node.Mapping) {
      owner.problems().add(path(name), owner.node().at(), "missing", "add " + name);
    }
  }

  private void add(Node.Entry entry, List<String> known) {
    var spot = new Spot(owner.problems(), path(entry.key()), entry.value());
    if (!known.isEmpty() && !known.contains(entry.key())) {
      String remedy =
          Likeness.closest(entry.key(), known)
              .map(k -> "did you mean " + Quoted.of(k) + "?")
              .orElse(keys(known));
      report(entry, "unknown key " + Quoted.shortly(entry.key()), remedy);
    } else if (byName.putIfAbsent(entry.key(), spot) != null) {
      int first = byName.get(entry.key()).node().at().line();
      report(entry, "duplicate key", "already given in line " + first + "; keep one of the two");
    }
  }

  private void report(Node.Entry entry, String what, String remedy) {
    owner.problems().add(path(entry.key()), entry.at(), what, remedy);
  }

  private String path(String name) {
    return owner.path().isEmpty() ? name : owner.path() + "." + name;
  }

  private static String keys(List<String> known) {
    return known.isEmpty() ? "write name: value" : "known keys: " + String.join(", ", known);
  }
}
