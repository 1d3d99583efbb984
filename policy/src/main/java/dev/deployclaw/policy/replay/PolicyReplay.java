package dev.deployclaw.policy.replay;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.replay.ImpactReport.OfTenant;
import dev.deployclaw.policy.replay.accesslog.RecordedRequest;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Replays the requests of a log through an old and a new policy, by the reference model, both from
 * idle counters. What it keeps is bounded by the policies and by {@link #MOST_COUNTERS}, not by the
 * log. For one thread.
 */
public final class PolicyReplay {
  /** Counters that are kept of each policy; beyond that, those used longest ago go. */
  public static final int MOST_COUNTERS = 250_000;

  private static final int MOST_NAMED = 10;

  /** A log is written as requests end, so a little out of order is usual. */
  private static final long USUAL_DISORDER_MICROS = 60_000_000;

  private final int mostCounters;
  private final Predicate<String> replayed;
  private final ReplayedPolicy before;
  private final ReplayedPolicy after;
  private final Map<String, TenantImpactCounter> tallies = new HashMap<>();
  private long now;
  private long requests;
  private long unrouted;
  private long disordered;
  private long untouched;

  public PolicyReplay(PolicySet before, PolicySet after) {
    this(before, after, MOST_COUNTERS, _ -> true);
  }

  PolicyReplay(PolicySet before, PolicySet after, int mostCounters, Predicate<String> replayed) {
    this.mostCounters = mostCounters;
    this.replayed = replayed;
    this.before = new ReplayedPolicy(before, mostCounters);
    this.after = new ReplayedPolicy(after, mostCounters);
  }

  /**
   * One that keeps nothing of tenants whom the change can't touch, and only counts their requests.
   */
  public static PolicyReplay ofAffected(PolicySet before, PolicySet after, int mostCounters) {
    var affected = AffectedTenants.of(before, after);
    return new PolicyReplay(affected.in(before), affected.in(after), mostCounters, affected::has);
  }

  /**
   * The next request of the log. One that is older than the one before counts as of that one's
   * time.
   *
   * @param naming how its log tells tenant and service
   */
  public void next(RecordedRequest request, RequestAttribution naming) {
    disordered += request.micros() < now - USUAL_DISORDER_MICROS ? 1 : 0;
    now = Math.max(now, request.micros());
    var shape = naming.shape(request);
    if (shape.isEmpty()) {
      unrouted++;
      return;
    }
    String tenant = naming.tenant(request);
    if (!replayed.test(tenant)) {
      untouched++;
      return;
    }
    requests++;
    var then = before.meet(tenant, shape.get(), request, now);
    var hence = after.meet(tenant, shape.get(), request, now);
    tallies.computeIfAbsent(known(tenant), TenantImpactCounter::new).count(then, hence, now);
  }

  /** What came of all so far. */
  public ImpactReport impact() {
    var tenants =
        tallies.values().stream()
            .map(TenantImpactCounter::result)
            .sorted(
                Comparator.comparingLong(OfTenant::newlyRefused)
                    .reversed()
                    .thenComparing(OfTenant::tenant))
            .toList();
    return new ImpactReport(requests, unrouted, tenants, notes());
  }

  /** Requests of tenants whom the change can't touch. */
  public long untouched() {
    return untouched;
  }

  /** How many counters and tenants are kept now. */
  int kept() {
    return before.kept() + after.kept() + tallies.size();
  }

  /** Names that no policy has are not kept: there may be as many as requests. */
  private String known(String tenant) {
    boolean named =
        before.policy(tenant).filter(tenant::equals).isPresent()
            || after.policy(tenant).filter(tenant::equals).isPresent();
    return named ? tenant : ImpactReport.STRANGERS;
  }

  private List<String> notes() {
    List<String> out = new ArrayList<>();
    leftOut("old", before.leftOut(), out);
    leftOut("new", after.leftOut(), out);
    long forgotten = before.forgotten() + after.forgotten();
    if (forgotten > 0) {
      out.add(
          forgotten
              + " counters were dropped while in use: there are more at a time than "
              + mostCounters);
    }
    if (disordered > 0) {
      out.add(disordered + " requests are over a minute older than one before them");
    }
    return out;
  }

  private static void leftOut(String which, List<String> limits, List<String> out) {
    if (!limits.isEmpty()) {
      String named = String.join(", ", limits.subList(0, Math.min(MOST_NAMED, limits.size())));
      String more =
          limits.size() > MOST_NAMED ? " and " + (limits.size() - MOST_NAMED) + " more" : "";
      out.add(
          "not replayed of the "
              + which
              + " policy, since a log doesn't show them: "
              + named
              + more);
    }
  }

  /**
   * Whose requests a change of policy can touch: of all tenants below a topmost group in which
   * anything differs, since a group counts its members together. Immutable.
   *
   * @param roots the topmost groups, and changed tenants that have none
   */
  record AffectedTenants(PolicySet before, PolicySet after, Set<String> roots) {
    static AffectedTenants of(PolicySet before, PolicySet after) {
      var names = new TreeSet<>(before.tenants().keySet());
      names.addAll(after.tenants().keySet());
      names.removeIf(name -> before.tenant(name).equals(after.tenant(name)));
      var roots = new HashSet<String>();
      for (String name : names) {
        roots.add(before.root(name));
        roots.add(after.root(name));
        if (before.tenant(name).isEmpty() || after.tenant(name).isEmpty()) {
          roots.add(before.root(ReplayedPolicy.DEFAULT_TENANT));
          roots.add(after.root(ReplayedPolicy.DEFAULT_TENANT));
        }
      }
      return new AffectedTenants(before, after, roots);
    }

    /** Whether a request that names a tenant, perhaps an unknown one, is touched. */
    boolean has(String tenant) {
      return has(before, tenant) || has(after, tenant);
    }

    private boolean has(PolicySet set, String tenant) {
      String whose = set.tenants().containsKey(tenant) ? tenant : ReplayedPolicy.DEFAULT_TENANT;
      return roots.contains(set.root(whose));
    }

    /** Of a set, the tenants below these groups. */
    PolicySet in(PolicySet set) {
      return set.withTenants(
          set.tenants().values().stream()
              .filter(t -> roots.contains(set.root(t.tenant())))
              .toList());
    }
  }
}
