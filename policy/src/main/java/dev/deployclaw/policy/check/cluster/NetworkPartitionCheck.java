package dev.deployclaw.policy.check.cluster;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.ClusterMeasurements.Cluster;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What limits admit while a master is cut off. It serves its side until it finds itself without a
 * majority, up to half of {@code cluster-node-timeout} after that timeout, and the promoted replica
 * serves the other side with the counters that it has: so two masters for the slot, each admitting
 * what the limit admits in that time (Redis Cluster specification, "Write safety"). With {@code
 * min-replicas-to-write} the cut-off one stops after {@code min-replicas-max-lag}, which helps
 * where that is the shorter; what it admitted until then is lost all the same, so a burst may come
 * twice.
 */
public final class NetworkPartitionCheck {
  static final int FEWEST_MASTERS = 3;
  private static final int MOST_NAMED = 10;

  private NetworkPartitionCheck() {}

  public static List<PolicyFinding> find(PolicySet set, ClusterMeasurements measured) {
    if (measured.cluster().isEmpty()) {
      return List.of(
          FindingSubject.ESTATE.info(
              CheckKind.PARTITION,
              "the cluster's settings were not read",
              "validate again when Redis answers",
              Map.of()));
    }
    var cluster = measured.cluster().get();
    var found = new ArrayList<PolicyFinding>();
    if (cluster.masters() < FEWEST_MASTERS) {
      found.add(
          FindingSubject.ESTATE.warning(
              CheckKind.PARTITION,
              "%d masters can't agree on a failover: a cut-off slot stays down"
                  .formatted(cluster.masters()),
              "run " + FEWEST_MASTERS + " masters or more",
              Map.of("masters", cluster.masters())));
    }
    found.add(admitted(set, cluster));
    var open =
        set.tenants().values().stream()
            .flatMap(t ->
                t.limits().stream().filter(l -> opens(t, l)).map(l -> t.tenant() + "/" + l.name()))
            .toList();
    if (!open.isEmpty()) {
      found.add(
          FindingSubject.ESTATE.info(
              CheckKind.PARTITION,
              "%d limits admit everything while their master is out of reach"
                  .formatted(open.size()),
              "set onBackendFailure: deny if that is too much",
              Map.of("count", open.size(), "limits", open.stream().limit(MOST_NAMED).toList())));
    }
    return found;
  }

  /**
   * How many requests a limit may admit in all from the cut until one master is left.
   *
   * @param cluster its settings
   */
  public static long admits(Limit limit, Cluster cluster) {
    return within(limit, cluster.aloneStopsMillis()) + within(limit, cluster.cutOffStopsMillis());
  }

  private static long within(Limit limit, long millis) {
    return Math.min(ArrivalCurve.most(limit, millis * 1_000), Long.MAX_VALUE / 2);
  }

  private static PolicyFinding admitted(PolicySet set, Cluster cluster) {
    record Admits(String limit, long requests) {}
    var most =
        set.tenants().values().stream()
            .flatMap(t ->
                t.limits().stream()
                    .map(l -> new Admits(t.tenant() + "/" + l.name(), admits(l, cluster))))
            .sorted(Comparator.comparingLong(Admits::requests).reversed())
            .limit(MOST_NAMED)
            .map(a -> a.limit() + ": " + a.requests())
            .toList();
    return FindingSubject.ESTATE.info(
        CheckKind.PARTITION,
        "while a master is cut off, for up to %d ms, limits admit at most: %s"
            .formatted(cluster.aloneStopsMillis(), most.isEmpty() ? "-" : most.getFirst()),
        cluster.cutOffStopsFirst()
            ? "nothing to do: a master without replicas soon refuses writes"
            : "set min-replicas-to-write 1, with a min-replicas-max-lag below the node "
                + "timeout, to lower what its rate adds; this needs two replicas each, since "
                + "a promoted one without replicas refuses writes, too, and then a burst may "
                + "be admitted twice",
        Map.of(
            "node_timeout_ms", cluster.nodeTimeoutMillis(),
            "cut_off_stops_ms", cluster.cutOffStopsMillis(),
            "masters", cluster.masters(),
            "require_full_coverage", cluster.requireFullCoverage(),
            "admits", most));
  }

  private static boolean opens(TenantPolicy tenant, Limit limit) {
    return limit.onBackendFailure().orElse(tenant.onBackendFailure()) == BackendFailureMode.ALLOW;
  }
}
