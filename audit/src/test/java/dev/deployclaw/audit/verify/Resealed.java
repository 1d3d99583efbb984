package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Records of real runs that a test changes, and that are then sealed again as only the agent itself
 * could: the chain holds, and only the rules can tell.
 */
public final class Resealed {
  private Resealed() {}

  /** The codes of what the verifier finds, each once. */
  public static List<Code> codes(List<Map<String, Object>> records) {
    return findings(records).stream().map(VerificationFinding::code).distinct().toList();
  }

  static List<VerificationFinding> findings(List<Map<String, Object>> records) {
    String execution = String.valueOf(records.getFirst().get("execution_id"));
    return LogVerifier.records(execution, RealLogs.sealed(records));
  }

  /** Whether what a record says of itself begins so. */
  public static Predicate<Map<String, Object>> says(String action) {
    return r -> String.valueOf(r.get("action")).startsWith(action);
  }

  /** The place of the first of them. */
  public static int first(List<Map<String, Object>> records, Predicate<Map<String, Object>> which) {
    for (int i = 0; i < records.size(); i++) {
      if (which.test(records.get(i))) {
        return i;
      }
    }
    throw new AssertionError("no such record");
  }

  /** The place of the last of them before a place. */
  public static int lastBefore(
      int place, List<Map<String, Object>> records, Predicate<Map<String, Object>> which) {
    var before = records.subList(0, place).reversed();
    return place - 1 - first(before, which);
  }
}
