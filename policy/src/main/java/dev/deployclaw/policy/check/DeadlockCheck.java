package dev.deployclaw.policy.check;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.match.TenantHierarchy;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Limits that are held while the next is asked for (concurrency), and a cycle in the order in which
 * requests take them. Each request takes its tenant's, then those of the groups upwards.
 */
final class DeadlockCheck {
  /** Each of many limits would name all of them otherwise. */
  private static final int MOST_NAMED = 10;

  private DeadlockCheck() {}

  /** A concurrency limit of a tenant or group. */
  private record Held(String owner, String limit) implements Comparable<Held> {
    @Override
    public int compareTo(Held other) {
      int byOwner = owner.compareTo(other.owner);
      return byOwner != 0 ? byOwner : limit.compareTo(other.limit);
    }

    String text() {
      return owner + "/" + limit;
    }
  }

  static List<PolicyFinding> find(PolicySet set) {
    var after = new TreeMap<Held, SortedSet<Held>>();
    for (var policy : set.tenants().values()) {
      addOrder(after, held(TenantHierarchy.chain(set, policy.tenant())));
    }
    var cyclic = onCycles(after);
    var names = cyclic.stream().limit(MOST_NAMED).map(Held::text).toList();
    String more =
        cyclic.size() > MOST_NAMED ? " and %d more".formatted(cyclic.size() - MOST_NAMED) : "";
    String which = String.join(", ", names) + more;
    var found = new ArrayList<PolicyFinding>();
    for (var held : cyclic) {
      found.add(
          FindingSubject.limit(held.owner(), held.limit())
              .error(
                  CheckKind.DEADLOCK,
                  "requests take these limits in different orders and can wait for each other: "
                      + which,
                  "break the cycle of groups",
                  Map.of("limits", names, "count", cyclic.size())));
    }
    return found;
  }

  private static List<Held> held(List<TenantPolicy> chain) {
    var held = new ArrayList<Held>();
    for (var policy : chain) {
      for (Limit limit : policy.limits()) {
        if (limit.algorithm() == LimitAlgorithm.CONCURRENCY) {
          held.add(new Held(policy.tenant(), limit.name()));
        }
      }
    }
    return held;
  }

  private static void addOrder(SortedMap<Held, SortedSet<Held>> after, List<Held> order) {
    for (int i = 0; i < order.size(); i++) {
      var next = after.computeIfAbsent(order.get(i), _ -> new TreeSet<>());
      if (i + 1 < order.size()) {
        next.add(order.get(i + 1));
      }
    }
  }

  /** What is left when all that nothing leads to, or that leads to nothing, is taken away. */
  private static SortedSet<Held> onCycles(SortedMap<Held, SortedSet<Held>> after) {
    var trimmed = trimmed(after);
    return trimmed(reversed(after, trimmed));
  }

  /** Kahn's algorithm (1962): the nodes that it can't put into an order. */
  private static SortedSet<Held> trimmed(SortedMap<Held, SortedSet<Held>> after) {
    var incoming = new TreeMap<Held, Integer>();
    after.keySet().forEach(h -> incoming.put(h, 0));
    after.values().forEach(all -> all.forEach(h -> incoming.merge(h, 1, Integer::sum)));
    var free = new ArrayDeque<Held>();
    incoming.forEach((h, n) -> addIf(n == 0, free, h));
    var left = new TreeSet<>(after.keySet());
    while (!free.isEmpty()) {
      var first = free.removeFirst();
      left.remove(first);
      for (var next : after.getOrDefault(first, new TreeSet<>())) {
        addIf(incoming.merge(next, -1, Integer::sum) == 0, free, next);
      }
    }
    return left;
  }

  private static SortedMap<Held, SortedSet<Held>> reversed(
      SortedMap<Held, SortedSet<Held>> after, SortedSet<Held> kept) {
    var before = new TreeMap<Held, SortedSet<Held>>();
    kept.forEach(h -> before.put(h, new TreeSet<>()));
    for (var from : kept) {
      for (var to : after.getOrDefault(from, new TreeSet<>())) {
        var list = before.get(to);
        if (list != null) {
          list.add(from);
        }
      }
    }
    return before;
  }

  private static void addIf(boolean wanted, ArrayDeque<Held> free, Held held) {
    if (wanted) {
      free.addLast(held);
    }
  }
}
