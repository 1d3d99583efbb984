package dev.deployclaw.core.planner;

import java.util.List;
import java.util.Optional;

/**
 * A piece of a request with its place.
 *
 * @param from first character in the request, from 0
 * @param to one past the last
 * @param rule how it was understood: {@code exact}, {@code typo}, {@code number}, …
 * @param parts the pieces that it was put together from
 */
record Item(Meaning meaning, int from, int to, String rule, List<Item> parts) {
  Item {
    parts = List.copyOf(parts);
  }

  static Item of(Meaning meaning, int from, int to, String rule) {
    return new Item(meaning, from, to, rule, List.of());
  }

  static Item word(String text, int from, int to) {
    return of(new Meaning.Word(text), from, to, "word");
  }

  /** One piece out of several, in order and not empty. */
  static Item join(Meaning meaning, String rule, List<Item> parts) {
    return new Item(meaning, parts.getFirst().from(), parts.getLast().to(), rule, parts);
  }

  /** The first piece of a kind, itself included. */
  <M extends Meaning> Optional<Item> first(Class<M> kind) {
    if (kind.isInstance(meaning)) {
      return Optional.of(this);
    }
    return parts.stream().flatMap(p -> p.first(kind).stream()).findFirst();
  }

  boolean is(String word) {
    return meaning instanceof Meaning.Word(String text) && text.equals(word);
  }
}
