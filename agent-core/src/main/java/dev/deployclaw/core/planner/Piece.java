package dev.deployclaw.core.planner;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * What stands between two separators of a phrase. Immutable.
 *
 * @param before the separator that leads to it; empty at the start
 * @param after the one that ends it; empty at the end
 */
record Piece(Optional<Item> before, Phrase words, Optional<Item> after) {

  /** All pieces, empty ones too: with their separators they are the phrase again. */
  static List<Piece> of(Phrase phrase, Predicate<Item> separates) {
    var pieces = new ArrayList<Piece>();
    var items = new ArrayList<Item>();
    var before = Optional.<Item>empty();
    for (Item item : phrase.items()) {
      if (separates.test(item)) {
        pieces.add(new Piece(before, new Phrase(items), Optional.of(item)));
        items.clear();
        before = Optional.of(item);
      } else {
        items.add(item);
      }
    }
    pieces.add(new Piece(before, new Phrase(items), Optional.empty()));
    return pieces;
  }

  /** Those that hold a word. */
  static List<Phrase> words(Phrase phrase, Predicate<Item> separates) {
    return of(phrase, separates).stream()
        .map(Piece::words)
        .filter(p -> !p.items().isEmpty())
        .toList();
  }

  boolean follows(String word) {
    return before.filter(b -> b.is(word)).isPresent();
  }

  boolean endsWith(String word) {
    return after.filter(a -> a.is(word)).isPresent();
  }

  /** With the separator that leads to it. */
  Phrase led() {
    var items = new ArrayList<Item>();
    before.ifPresent(items::add);
    items.addAll(words.items());
    return new Phrase(items);
  }
}
