package dev.deployclaw.policy.replay;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** What came of one tenant's requests so far. Time doesn't step back. */
final class TenantImpactCounter {
  private static final long HOUR_MICROS = 3_600_000_000L;

  /** A policy has at most so many limits, its groups' included by far. */
  private static final int MOST_REASONS = 1_000;

  private final String tenant;
  private final Map<String, Long> reasons = new TreeMap<>();
  private final Map<String, Long> reasonsBefore = new TreeMap<>();
  private long requests;
  private long refusedBefore;
  private long refusedAfter;
  private long newlyRefused;
  private long newlyAdmitted;
  private long first;
  private long last;
  private long hour;
  private long inHour;
  private long worstHour;
  private long inWorstHour;

  TenantImpactCounter(String tenant) {
    this.tenant = tenant;
  }

  void count(ReplayedPolicy.ReplayOutcome before, ReplayedPolicy.ReplayOutcome after, long now) {
    requests++;
    refusedBefore += before.admitted() ? 0 : 1;
    refusedAfter += after.admitted() ? 0 : 1;
    if (after.admitted() && !before.admitted()) {
      newlyAdmitted++;
      count(before.by(), reasonsBefore);
    }
    if (before.admitted() && !after.admitted()) {
      newlyRefused(after.by(), now);
    }
  }

  ImpactReport.OfTenant result() {
    return new ImpactReport.OfTenant(
        tenant,
        requests,
        refusedBefore,
        refusedAfter,
        newlyRefused,
        newlyAdmitted,
        first,
        last,
        worstHour,
        inWorstHour,
        most(reasons),
        most(reasonsBefore));
  }

  private void newlyRefused(String by, long now) {
    first = newlyRefused == 0 ? now : first;
    last = now;
    newlyRefused++;
    long began = now - Math.floorMod(now, HOUR_MICROS);
    inHour = began == hour ? inHour + 1 : 1;
    hour = began;
    if (inHour > inWorstHour) {
      inWorstHour = inHour;
      worstHour = hour;
    }
    count(by, reasons);
  }

  private static void count(String by, Map<String, Long> reasons) {
    if (reasons.containsKey(by) || reasons.size() < MOST_REASONS) {
      reasons.merge(by, 1L, Long::sum);
    }
  }

  private static String most(Map<String, Long> reasons) {
    return reasons.entrySet().stream()
        .max(Comparator.comparingLong(Map.Entry::getValue))
        .map(Map.Entry::getKey)
        .orElse("");
  }
}
