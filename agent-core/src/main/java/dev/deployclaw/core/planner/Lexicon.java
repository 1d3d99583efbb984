package dev.deployclaw.core.planner;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The English that the planner knows. Keywords carry the grammar; those that decide what is done
 * are recognised in spite of a typing error. Fillers carry nothing. A word in neither list is a
 * question, never a guess.
 */
final class Lexicon {
  static final Map<String, Long> RATE_UNITS =
      Map.ofEntries(
          Map.entry("rps", 1L),
          Map.entry("qps", 1L),
          Map.entry("tps", 1L),
          Map.entry("rpm", 60L),
          Map.entry("qpm", 60L),
          Map.entry("rph", 3600L),
          Map.entry("rpd", 86_400L));

  private static final Map<Long, String> TIME_UNITS =
      Map.of(
          1L, "ms msec msecs millis millisecond milliseconds",
          1_000L, "s sec secs second seconds",
          60_000L, "m min mins minute minutes",
          3_600_000L, "h hr hrs hour hours",
          86_400_000L, "d day days",
          604_800_000L, "w week weeks");

  private static final Map<String, Long> UNITS =
      TIME_UNITS.entrySet().stream()
          .flatMap(e -> words(e.getValue()).stream().map(w -> Map.entry(w, e.getKey())))
          .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));

  private static final Set<String> KEYWORDS = list("keywords.txt");
  private static final Set<String> CORRECTED = list("corrected.txt");
  private static final Set<String> FILLERS = list("fillers.txt");

  /** Words that stay words even where something is named so, unless they are pointed at. */
  private static final Set<String> CORE =
      words(
          "a all an and any apply at be block but by each every except for from get has have in"
              + " is it last limit limits list make no not of off on one or out per policies policy"
              + " rate set show the to up while with");

  private static final int SHORTEST_TYPO = 4;

  private Lexicon() {}

  static boolean knows(String word) {
    return KEYWORDS.contains(word)
        || FILLERS.contains(word)
        || UNITS.containsKey(word)
        || RATE_UNITS.containsKey(word)
        || Numbers.isWord(word)
        || !Character.isLetter(word.charAt(0));
  }

  /** Whether a word is too common to be taken for a name of the same spelling. */
  static boolean isCommon(String word) {
    return CORE.contains(word) || UNITS.containsKey(word) || Numbers.isWord(word);
  }

  static Optional<Long> millis(String word) {
    return Optional.ofNullable(UNITS.get(word));
  }

  /**
   * The one keyword of five letters or more within one edit of a word. Only words that a rule uses
   * are given: a misspelt word that came to nothing might have been a name. A letter of another
   * script isn't a typing error.
   */
  static Optional<String> keywordNear(String word) {
    if (word.length() < SHORTEST_TYPO || word.chars().anyMatch(c -> c > 127)) {
      return Optional.empty();
    }
    var near =
        CORRECTED.stream()
            .filter(k -> k.length() > SHORTEST_TYPO)
            .filter(k -> Math.abs(k.length() - word.length()) <= 1)
            .filter(k -> KnownNames.distance(word, k) <= 1)
            .toList();
    var common = near.stream().filter(CORE::contains).toList();
    var best = common.isEmpty() ? near : common;
    return best.size() == 1 ? Optional.of(best.getFirst()) : Optional.empty();
  }

  /** The words of a resource beside this class. */
  static Set<String> list(String resource) {
    return words(read(resource));
  }

  private static Set<String> words(String text) {
    var words = new TreeSet<String>();
    for (String word : text.strip().split("\\s+", -1)) {
      words.add(word);
    }
    return words;
  }

  /** The text of a resource beside this class. */
  static String read(String resource) {
    try (var in = Lexicon.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException("the resource " + resource + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
