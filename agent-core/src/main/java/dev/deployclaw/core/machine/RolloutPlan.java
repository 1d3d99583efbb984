package dev.deployclaw.core.machine;

import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a change reaches all tenants: by which cohorts first, and how long each widening is watched.
 *
 * @param cohorts the share of each widening before the last, which is everybody; strictly growing
 * @param bakeMillis how long each widening is watched, the last one too; 0 for a single look
 * @param mostP99Micros what the 99th percentile of synthetic requests may take
 */
public record RolloutPlan(List<Integer> cohorts, long bakeMillis, Optional<Long> mostP99Micros) {
  /** To everybody at once, and complete as soon as that is proven. */
  public static final RolloutPlan AT_ONCE = new RolloutPlan(List.of(), 0, Optional.empty());

  public RolloutPlan {
    cohorts = List.copyOf(cohorts);
    int before = 0;
    for (int cohort : cohorts) {
      if (cohort <= before) {
        throw new IllegalArgumentException("cohorts must grow: " + cohorts);
      }
      before = cohort;
    }
  }

  /** Whether some have it before others. */
  public boolean canary() {
    return !cohorts.isEmpty();
  }

  /** Whether it has to be watched once everybody has it. */
  public boolean bakes() {
    return bakeMillis > 0;
  }

  /** How many widenings there are, the one to everybody included. */
  public int widenings() {
    return cohorts.size() + 1;
  }

  /** For canonical bytes and JSON documents. */
  public Map<String, Object> toMap() {
    return RecordJson.map(this);
  }

  static RolloutPlan of(StrictJsonObject json) {
    List<Integer> cohorts = new ArrayList<>();
    json.numbers("cohorts").forEach(n -> cohorts.add(Math.toIntExact(n)));
    return new RolloutPlan(cohorts, json.number("bake_ms"), json.optionalNumber("most_p99_us"));
  }
}
