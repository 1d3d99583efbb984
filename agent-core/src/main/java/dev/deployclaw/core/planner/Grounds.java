package dev.deployclaw.core.planner;

import dev.deployclaw.core.task.Intent.Grounding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects where in the request each value of an intent stands. One thread. */
final class Grounds {
  private final List<Grounding> all = new ArrayList<>();

  void add(String value, Item item, String rule) {
    var grounding = new Grounding(value, item.from(), item.to(), rule);
    if (!all.contains(grounding)) {
      all.add(grounding);
    }
  }

  /** Grounds a value in the piece it was made of, or in the whole where no such piece is. */
  void add(String value, Item item, Class<? extends Meaning> piece, String rule) {
    add(value, item.first(piece).orElse(item), rule);
  }

  List<Grounding> all() {
    return all.stream()
        .sorted(
            Comparator.comparingInt(Grounding::from)
                .thenComparingInt(Grounding::to)
                .thenComparing(Grounding::value))
        .toList();
  }
}
