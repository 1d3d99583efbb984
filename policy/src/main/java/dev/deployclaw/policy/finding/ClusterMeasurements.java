package dev.deployclaw.policy.finding;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What was measured on the Redis nodes. What is absent was not measured, and is said to be so.
 *
 * @param trips the round trips of a decision, by node
 * @param drift how far a node's clock is ahead of ours, by node
 * @param memory what each node may take, by node
 */
public record ClusterMeasurements(
    SortedMap<String, Trips> trips,
    SortedMap<String, Drift> drift,
    Optional<Cluster> cluster,
    SortedMap<String, Memory> memory) {

  public static final ClusterMeasurements NOTHING =
      new ClusterMeasurements(new TreeMap<>(), new TreeMap<>(), Optional.empty(), new TreeMap<>());

  public ClusterMeasurements {
    memory = Collections.unmodifiableSortedMap(new TreeMap<>(memory));
    trips = Collections.unmodifiableSortedMap(new TreeMap<>(trips));
    drift = Collections.unmodifiableSortedMap(new TreeMap<>(drift));
  }

  /** Several round trips to a node, in microseconds: the best, the median, one in a hundred. */
  public record Trips(long best, long median, long p99) {}

  /**
   * @param micros positive when the node is ahead
   * @param errorMicros the bound of the measurement: half the round trip
   */
  public record Drift(long micros, long errorMicros) {}

  /** Among how many nodes the tenants are spread, as far as it is known. */
  public int primaries() {
    return Math.max(1, cluster.map(Cluster::masters).orElse(1));
  }

  /**
   * @param mostBytes {@code maxmemory}; 0 for no bound
   * @param policy {@code maxmemory-policy}
   */
  public record Memory(long mostBytes, String policy) {
    public boolean isBounded() {
      return mostBytes > 0;
    }

    public boolean evicts() {
      return !policy.equals("noeviction");
    }
  }

  /**
   * How the cluster behaves when it is cut in two.
   *
   * @param nodeTimeoutMillis {@code cluster-node-timeout}
   * @param minReplicasToWrite {@code min-replicas-to-write}
   * @param maxLagMillis {@code min-replicas-max-lag}: how late a replica may be and still count
   */
  public record Cluster(
      int masters,
      long nodeTimeoutMillis,
      boolean requireFullCoverage,
      int minReplicasToWrite,
      long maxLagMillis) {
    private static final long CRON_MILLIS = 100;
    private static final long LAG_ROUNDED_MILLIS = 1_000;
    private static final long LAG_LOOKED_AT_MILLIS = 1_000;

    /**
     * After how long a master without a majority stops at the latest: a silent link is pinged when
     * half of the timeout is over, then the timeout runs, and a timer looks ten times a second.
     */
    public long aloneStopsMillis() {
      return nodeTimeoutMillis + nodeTimeoutMillis / 2 + CRON_MILLIS;
    }

    /** The same with its replicas gone, where it needs them: their lag is in whole seconds. */
    public long cutOffStopsMillis() {
      long without = maxLagMillis + LAG_ROUNDED_MILLIS + LAG_LOOKED_AT_MILLIS;
      return minReplicasToWrite > 0 ? Math.min(without, aloneStopsMillis()) : aloneStopsMillis();
    }

    /** Whether a master that was cut off stops before a replica can have been promoted for it. */
    public boolean cutOffStopsFirst() {
      return cutOffStopsMillis() < nodeTimeoutMillis;
    }
  }
}
