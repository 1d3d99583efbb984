package dev.deployclaw.container.config.yaml;

import dev.deployclaw.policy.text.EditDistance;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;

/** The known word that a mistyped one most likely meant, by edit distance. */
final class SpellingSuggestion {
  private static final int FAR = 3;

  private SpellingSuggestion() {}

  /** "did you mean …?", or the words that are known. */
  static String hint(String word, Collection<String> known) {
    return known.stream()
        .min(Comparator.<String>comparingInt(k -> distance(word, k)).thenComparing(k -> k))
        .filter(k -> distance(word, k) < FAR)
        .map(k -> "did you mean " + k + "?")
        .orElseGet(() -> "known here: " + String.join(", ", known.stream().sorted().toList()));
  }

  private static int distance(String a, String b) {
    return EditDistance.of(a.toLowerCase(Locale.ROOT), b.toLowerCase(Locale.ROOT));
  }
}
