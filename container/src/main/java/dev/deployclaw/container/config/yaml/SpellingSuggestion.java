package dev.deployclaw.container.config.yaml;

import java.util.Collection;
import java.util.Comparator;

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

  /** Levenshtein's distance, case ignored. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int above = row[j];
        boolean same =
            Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
        row[j] = Math.min(Math.min(row[j], row[j - 1]) + 1, diagonal + (same ? 0 : 1));
        diagonal = above;
      }
    }
    return row[b.length()];
  }
}
