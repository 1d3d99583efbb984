package dev.deployclaw.policy.check;

import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.model.Limit;
import java.util.ArrayList;
import java.util.List;

/**
 * Which limits of one tenant the check {@link CheckKind#CONFLICTING_WINDOWS} sets against each
 * other.
 */
public final class WindowConflicts {
  private WindowConflicts() {}

  /**
   * Groups of at least two limits for the same requests and key, none of which can be meant beside
   * another of its group. A limit is in one group at most.
   */
  public static List<List<Limit>> among(List<Limit> limits) {
    var groups = new ArrayList<List<Limit>>();
    for (var limit : limits) {
      join(groups, limit);
    }
    return groups.stream().filter(g -> g.size() > 1).map(List::copyOf).toList();
  }

  /** What conflicts with one of several groups makes them one. */
  private static void join(List<List<Limit>> groups, Limit limit) {
    var together = new ArrayList<Limit>();
    groups.removeIf(group -> {
      boolean conflicts = group.stream().anyMatch(l -> ConflictingLimitsCheck.conflict(l, limit));
      return conflicts && together.addAll(group);
    });
    together.add(limit);
    groups.add(together);
  }
}
