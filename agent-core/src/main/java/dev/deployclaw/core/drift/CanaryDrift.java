package dev.deployclaw.core.drift;

import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.machine.CommittedEpoch.Candidate;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.Map;

/**
 * Redis nodes that decide some tenants by another candidate than {@code active} names: a failover
 * may bring back the library of a cohort that was widened or taken back since. Pure.
 */
public final class CanaryDrift {
  private CanaryDrift() {}

  /**
   * @param looks outcomes by operation; of interest is {@code redis.scan}
   */
  public static List<Discrepancy> of(CommittedEpoch active, Map<String, CallOutcome> looks) {
    String wanted = active.candidate().map(CanaryDrift::words).orElse("no candidate");
    return RedisMeasurements.yes(looks, "redis.scan").stream()
        .filter(node ->
            RedisMeasurements.number(node, "epoch").filter(e -> e == active.epoch()).isPresent())
        .filter(node -> !held(node).equals(wanted))
        .map(node ->
            new Discrepancy(
                Kind.DIFFERENT,
                node.member(),
                "decides by epoch %d and %s; the committed state says %s"
                    .formatted(active.epoch(), held(node), wanted)))
        .toList();
  }

  private static String held(MemberReport node) {
    return node.facts().get("candidate") instanceof Map<?, ?> c
        ? words(String.valueOf(c.get("epoch")), String.valueOf(c.get("cohort")))
        : "no candidate";
  }

  private static String words(Candidate candidate) {
    return words(Long.toString(candidate.epoch()), Integer.toString(candidate.cohort()));
  }

  private static String words(String epoch, String cohort) {
    return "candidate %s for positions below %s".formatted(epoch, cohort);
  }
}
