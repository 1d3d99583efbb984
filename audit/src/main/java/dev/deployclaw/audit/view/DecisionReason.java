package dev.deployclaw.audit.view;

import dev.deployclaw.audit.verify.json.StrictJson;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Why a record decides what it decides, for people: by which rule, and because of which records.
 */
final class DecisionReason {
  /** So many numbers in a row are told by the first and the last. */
  private static final int RUN = 3;

  private DecisionReason() {}

  /** Empty where it decides nothing. */
  static Optional<String> of(Map<String, Object> entry) {
    return entry.get("decision") instanceof Map<?, ?> decision
        ? Optional.of(words(StrictJson.object(decision), entry))
        : Optional.empty();
  }

  private static String words(Map<String, Object> decision, Map<String, Object> entry) {
    String made = decision.get("name") + " by rule " + decision.get("rule");
    return entry.get("evidence") instanceof List<?> evidence
        ? made + ", because of " + listed(evidence)
        : made;
  }

  /** "4, 7 to 9, 12". */
  static String listed(List<?> evidence) {
    var runs = new ArrayList<List<Long>>();
    for (Object item : evidence) {
      if (item instanceof Long n) {
        if (runs.isEmpty() || runs.getLast().getLast() + 1 != n) {
          runs.add(new ArrayList<>());
        }
        runs.getLast().add(n);
      }
    }
    return runs.stream().map(DecisionReason::run).collect(Collectors.joining(", "));
  }

  private static String run(List<Long> numbers) {
    return numbers.size() < RUN
        ? numbers.stream().map(String::valueOf).collect(Collectors.joining(", "))
        : numbers.getFirst() + " to " + numbers.getLast();
  }
}
