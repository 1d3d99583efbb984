package dev.deployclaw.core.language.value;

import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.task.Intent.Grounding;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Collects where in the request each value of an intent stands. One thread. */
public final class GroundingList {
  private final List<Grounding> all = new ArrayList<>();

  public void add(String value, Token token, String rule) {
    var grounding = new Grounding(value, token.from(), token.to(), rule);
    if (!all.contains(grounding)) {
      all.add(grounding);
    }
  }

  /** In the order of the request. */
  public List<Grounding> all() {
    return all.stream()
        .sorted(
            Comparator.comparingInt(Grounding::from)
                .thenComparingInt(Grounding::to)
                .thenComparing(Grounding::value))
        .toList();
  }
}
