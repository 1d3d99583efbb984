package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.match.RoutePattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The descriptors below one entry, by their keys. */
final class DescriptorLevel {
  /** More wildcards of a key are not compared with each other, and taken to overlap. */
  static final int MOST_COMPARED = 1_000;

  private final Map<String, List<String>> values = new HashMap<>();
  private final Map<String, List<RoutePattern>> wildcards = new HashMap<>();

  private DescriptorLevel() {}

  static DescriptorLevel of(List<DescriptorRule> entries) {
    var level = new DescriptorLevel();
    for (var entry : entries) {
      if (!entry.value().isEmpty()) {
        level.values.computeIfAbsent(entry.key(), _ -> new ArrayList<>()).add(entry.value());
      }
      if (entry.wild()) {
        level
            .wildcards
            .computeIfAbsent(entry.key(), _ -> new ArrayList<>())
            .add(new RoutePattern(entry.value()));
      }
    }
    return level;
  }

  /** Those that entries of a key name. */
  List<String> values(String key) {
    return values.getOrDefault(key, List.of());
  }

  /** Whether another wildcard overlaps, and file order and specificity disagree about the two. */
  boolean outOfTurn(DescriptorRule entry) {
    var own = new RoutePattern(entry.value());
    var rivals = wildcards.getOrDefault(entry.key(), List.of());
    if (rivals.size() > MOST_COMPARED) {
      return true;
    }
    int at = rivals.indexOf(own);
    for (int i = 0; i < rivals.size(); i++) {
      if (i == at) {
        continue;
      }
      var rival = rivals.get(i);
      int first = RoutePattern.MOST_SPECIFIC_FIRST.compare(own, rival);
      boolean overlap = own.includes(rival) || rival.includes(own);
      if (overlap && (first == 0 || first < 0 != at < i)) {
        return true;
      }
    }
    return false;
  }
}
