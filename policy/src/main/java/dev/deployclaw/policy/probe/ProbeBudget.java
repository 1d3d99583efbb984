package dev.deployclaw.policy.probe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * How many requests each target gets. Every tenant gets a visit of two first, then whole exercises
 * go to targets in a seeded order while they fit, then the rest is shared out.
 */
final class ProbeBudget {
  static final int VISIT = 2;

  /** An exercise gains nothing from more requests than this. */
  private static final int MOST_EXTRA = 1_000;

  private final Map<ProbeTarget, Share> shares = new HashMap<>();
  private final List<String> leftOut = new ArrayList<>();
  private int left;

  /**
   * @param whole whether the full exercise fits
   * @param requests to be sent for the target
   */
  record Share(boolean whole, int requests) {}

  /**
   * @param needs how many requests each target's whole exercise takes
   */
  ProbeBudget(
      List<ProbeTarget> targets, Map<ProbeTarget, Integer> needs, int total, SeededSequence draw) {
    this.left = total;
    var order = new ArrayList<>(targets);
    draw.shuffle(order);
    visitTenants(order);
    upgrade(order, needs);
    shareOut(order);
  }

  /** Empty of requests where the target wasn't reached. */
  Share of(ProbeTarget target) {
    return shares.getOrDefault(target, new Share(false, 0));
  }

  List<String> leftOut() {
    return leftOut;
  }

  private void visitTenants(List<ProbeTarget> order) {
    Set<String> visited = new LinkedHashSet<>();
    for (var target : order) {
      if (!visited.contains(target.tenant()) && left >= VISIT) {
        visited.add(target.tenant());
        shares.put(target, new Share(false, VISIT));
        left -= VISIT;
      }
    }
    order.stream()
        .map(ProbeTarget::tenant)
        .filter(t -> !visited.contains(t))
        .distinct()
        .forEach(t -> leftOut.add(t + ": too many tenants for so few requests"));
  }

  private void upgrade(List<ProbeTarget> order, Map<ProbeTarget, Integer> needs) {
    for (var target : order) {
      int more = needs.getOrDefault(target, VISIT) - of(target).requests();
      if (more <= left) {
        shares.put(target, new Share(true, of(target).requests() + more));
        left -= more;
      } else {
        leftOut.add(target.label() + ": not tested, too many limits for so few requests");
      }
    }
  }

  private void shareOut(List<ProbeTarget> order) {
    var whole = order.stream().filter(t -> of(t).whole()).toList();
    for (int i = 0; i < whole.size(); i++) {
      int extra = Math.min(MOST_EXTRA, left / (whole.size() - i));
      var share = of(whole.get(i));
      shares.put(whole.get(i), new Share(true, share.requests() + extra));
      left -= extra;
    }
  }
}
