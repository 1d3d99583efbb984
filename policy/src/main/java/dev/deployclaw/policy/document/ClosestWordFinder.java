package dev.deployclaw.policy.document;

import dev.deployclaw.policy.text.EditDistance;
import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Which known word a mistyped one may stand for. */
final class ClosestWordFinder {
  /** Words of other rate limiters, and what they are called here. */
  private static final Map<String, String> ELSEWHERE =
      Map.ofEntries(
          Map.entry("rate", "requests"),
          Map.entry("limit", "requests"),
          Map.entry("requests_per_unit", "requests"),
          Map.entry("period", "window"),
          Map.entry("interval", "window"),
          Map.entry("unit", "window"),
          Map.entry("per", "window"),
          Map.entry("path", "route"),
          Map.entry("verb", "method"),
          Map.entry("capacity", "burst"),
          Map.entry("group", "parent"),
          Map.entry("rules", "limits"),
          Map.entry("keys", "key"),
          Map.entry("shadow_mode", "mode"));

  private static final int MOST_EDITS = 2;
  private static final int LONGEST = 40;

  private ClosestWordFinder() {}

  /** The nearest word, if one is near: another case, another name, or two letters off. */
  static Optional<String> closest(String word, Collection<String> known) {
    String lower = word.toLowerCase(Locale.ROOT);
    var named = Optional.ofNullable(ELSEWHERE.get(lower)).filter(known::contains);
    if (named.isPresent() || word.length() > LONGEST) {
      return named;
    }
    int most = Math.min(MOST_EDITS, word.length() / 2);
    return known.stream()
        .filter(k -> EditDistance.of(lower, k.toLowerCase(Locale.ROOT)) <= most)
        .min(Comparator.comparingInt(k -> EditDistance.of(lower, k.toLowerCase(Locale.ROOT))));
  }
}
