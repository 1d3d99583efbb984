package dev.deployclaw.core.planning;

import dev.deployclaw.policy.diff.FieldDifference;
import dev.deployclaw.policy.diff.PolicyDiff;
import java.util.Map;

/** What the record of a plan says of the difference that it makes. */
public final class DiffFacts {
  /** The most differences that one record lists; the whole diff follows from the two sets. */
  private static final int MOST_DIFFERENCES = 200;

  private DiffFacts() {}

  public static Map<String, Object> of(PolicyDiff diff) {
    return Map.of(
        "diff",
        diff.differences().stream().limit(MOST_DIFFERENCES).map(FieldDifference::toMap).toList(),
        "differences",
        (long) diff.differences().size(),
        "diff_sha256",
        diff.sha256(),
        "blast_radius",
        diff.blastRadius().toMap());
  }
}
