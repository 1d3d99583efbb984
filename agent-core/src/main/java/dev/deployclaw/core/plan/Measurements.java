package dev.deployclaw.core.plan;

import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.policy.check.Measured;
import dev.deployclaw.policy.check.Measured.Cluster;
import dev.deployclaw.policy.check.Measured.Drift;
import dev.deployclaw.policy.check.Measured.Memory;
import dev.deployclaw.policy.check.Measured.Trips;
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
public final class Measurements {
  private Measurements() {}

  /**
   * @param looks outcomes by operation
   */
  public static Measured of(Map<String, Outcome> looks) {
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
    return new Measured(trips, drift, cluster(nodes), memory(nodes));
  }

  private static Trips trips(Report report, long median) {
    return new Trips(
        number(report, "min_us").orElse(median), median, number(report, "p99_us").orElse(median));
  }

  private static SortedMap<String, Memory> memory(List<Report> nodes) {
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

  private static Optional<Cluster> cluster(List<Report> nodes) {
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

  static List<Report> yes(Map<String, Outcome> looks, String operation) {
    return reports(looks, operation).stream().filter(r -> r.answer() == Report.Answer.YES).toList();
  }

  static List<Report> reports(Map<String, Outcome> looks, String operation) {
    return looks.get(operation) instanceof Outcome.Done done ? done.reports() : List.of();
  }

  static Optional<Long> number(Report report, String fact) {
    return report.facts().get(fact) instanceof Number n
        ? Optional.of(n.longValue())
        : Optional.empty();
  }
}
