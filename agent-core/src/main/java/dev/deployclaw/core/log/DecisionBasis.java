package dev.deployclaw.core.log;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What a record decides, and on which records before it that rests.
 *
 * @param evidence their numbers, ascending; none where nothing is decided
 */
public record DecisionBasis(Optional<RecordedDecision> decision, List<Long> evidence) {
  /** Of a record that only says what was found or done. */
  public static final DecisionBasis NONE = new DecisionBasis(Optional.empty(), List.of());

  public DecisionBasis {
    evidence = List.copyOf(evidence);
  }

  /** The fields that it adds to a record: {@code decision}, {@code evidence}, digests. */
  public Map<String, Object> fields() {
    var out = new TreeMap<String, Object>();
    decision.ifPresent(d -> {
      out.put("decision", Map.of("name", d.name().word(), "rule", d.rule()));
      d.policies()
          .ifPresent(p -> {
            out.put("before", p.before());
            out.put("after", p.after());
          });
    });
    if (!evidence.isEmpty()) {
      out.put("evidence", evidence);
    }
    return out;
  }
}
