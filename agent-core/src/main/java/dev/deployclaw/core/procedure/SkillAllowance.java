package dev.deployclaw.core.procedure;

import dev.deployclaw.policy.json.RecordJson;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a skill may use: what it declares, as far as the operator admits it. It only narrows.
 *
 * @param stated whether the skill declares anything; else what its steps name counts as declared
 * @param granted in the order declared
 * @param refused what else it declares, each with the reason
 */
public record SkillAllowance(
    boolean stated, List<String> granted, SortedMap<String, String> refused) {
  public SkillAllowance {
    granted = List.copyOf(granted);
    refused = Collections.unmodifiableSortedMap(new TreeMap<>(refused));
  }

  /** Whether a step may ask this. */
  public boolean grants(String operation) {
    return granted.contains(operation);
  }

  /** "declared 5, granted 3: docker.exec: nothing performs it; Read: it is no operation". */
  public String explain() {
    String counts =
        "%s %d, granted %d"
            .formatted(
                stated ? "declared" : "declares nothing, and its steps use",
                granted.size() + refused.size(),
                granted.size());
    return refused.isEmpty()
        ? counts
        : refused.entrySet().stream()
            .map(e -> e.getKey() + ": " + e.getValue())
            .collect(Collectors.joining("; ", counts + ": ", ""));
  }

  /** For JSON documents. */
  public Map<String, Object> toMap() {
    return RecordJson.map(this);
  }
}
