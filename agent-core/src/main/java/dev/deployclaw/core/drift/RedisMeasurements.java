package dev.deployclaw.core.drift;

import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.ClusterMeasurements.Cluster;
import dev.deployclaw.policy.finding.ClusterMeasurements.Drift;
import dev.deployclaw.policy.finding.ClusterMeasurements.Memory;
import dev.deployclaw.policy.finding.ClusterMeasurements.Trips;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What the looks at Redis measured, as the checks want it. Facts by member: {@code redis.latency}
 * gives {@code median_us}, {@code min_us} and {@code p99_us}, {@code redis.clock} gives {@code
 * offset_us} and {@code error_us}, {@code redis.topology} gives {@code role}, and where they were
 * read {@code node_timeout_ms}, {@code require_full_coverage}, {@code min_replicas_to_write},
 * {@code min_replicas_max_lag_ms}, {@code maxmemory} and {@code maxmemory_policy}.
 */
public final class RedisMeasurements {
  private RedisMeasurements() {}

  /**
   * @param looks outcomes by operation
   */
  public static ClusterMeasurements of(Map<String, CallOutcome> looks) {
    var trips = new TreeMap<String, Trips>();
    for (var report : yes(looks, "redis.latency")) {
      number(report, "median_us").ifPresent(us -> trips.put(report.member(), trips(report, us)));
    }
    var drift = new TreeMap<String, Drift>();
    for (var report : yes(looks, "redis.clock")) {
      var offset = number(report, "offset_us");
      var error = number(report, "error_us");
      if (offset.isPresent() && error.isPresent()) {
        drift.put(report.member(), new Drift(offset.get(), error.get()));
      }
    }
    var nodes = yes(looks, "redis.topology");
    return new ClusterMeasurements(trips, drift, cluster(nodes), memory(nodes));
  }

  private static Trips trips(MemberReport report, long median) {
    return new Trips(
        number(report, "min_us").orElse(median), median, number(report, "p99_us").orElse(median));
  }

  private static SortedMap<String, Memory> memory(List<MemberReport> nodes) {
    var memory = new TreeMap<String, Memory>();
    for (var node : nodes) {
      number(node, "maxmemory")
          .ifPresent(most -> {
            String policy = String.valueOf(node.facts().get("maxmemory_policy"));
            memory.put(node.member(), new Memory(most, policy));
          });
    }
    return memory;
  }

  private static Optional<Cluster> cluster(List<MemberReport> nodes) {
    var primaries = nodes.stream().filter(r -> "primary".equals(r.facts().get("role"))).toList();
    if (primaries.isEmpty()) {
      return Optional.empty();
    }
    var one = primaries.getFirst();
    return number(one, "node_timeout_ms")
        .map(timeout ->
            new Cluster(
                primaries.size(),
                timeout,
                Boolean.TRUE.equals(one.facts().get("require_full_coverage")),
                number(one, "min_replicas_to_write").orElse(0L).intValue(),
                number(one, "min_replicas_max_lag_ms").orElse(Long.MAX_VALUE)));
  }

  static List<MemberReport> yes(Map<String, CallOutcome> looks, String operation) {
    return reports(looks, operation).stream()
        .filter(r -> r.answer() == MemberReport.Answer.YES)
        .toList();
  }

  static List<MemberReport> reports(Map<String, CallOutcome> looks, String operation) {
    return looks.get(operation) instanceof CallOutcome.Done done ? done.reports() : List.of();
  }

  static Optional<Long> number(MemberReport report, String fact) {
    return report.facts().get(fact) instanceof Number n
        ? Optional.of(n.longValue())
        : Optional.empty();
  }
}
