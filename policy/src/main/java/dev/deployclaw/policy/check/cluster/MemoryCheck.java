package dev.deployclaw.policy.check.cluster;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.ClusterMeasurements.Memory;
import dev.deployclaw.policy.finding.FindingSubject;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.Limit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What rules and counters take of each node's {@code maxmemory}, and what the node does when it is
 * full: one that evicts keys forgets counters, and rules with them. How many clients a limit with a
 * key will count isn't known beforehand, so it is said how many fit.
 */
public final class MemoryCheck {
  private static final int WHOLE = 100;

  private MemoryCheck() {}

  public static List<PolicyFinding> find(
      PolicySet set, ClusterMeasurements measured, CheckThresholds thresholds) {
    if (measured.memory().isEmpty()) {
      return List.of(
          FindingSubject.ESTATE.info(
              CheckKind.MEMORY,
              "no node's memory was read",
              "validate again when Redis answers",
              Map.of()));
    }
    long known = MemoryFootprint.known(set) / measured.primaries();
    var found = new ArrayList<PolicyFinding>();
    measured
        .memory()
        .forEach((node, memory) -> {
          if (memory.isBounded()) {
            evicts(node, memory).ifPresent(found::add);
            full(node, memory, known, thresholds.mostMemoryPercent()).ifPresent(found::add);
          }
        });
    clients(set, measured, known).ifPresent(found::add);
    return found;
  }

  private static Optional<PolicyFinding> evicts(String node, Memory memory) {
    return memory.evicts()
        ? Optional.of(
            FindingSubject.ESTATE.warning(
                CheckKind.MEMORY,
                "%s evicts keys when it is full (%s): counters start again, rules are lost"
                    .formatted(node, memory.policy()),
                "CONFIG SET maxmemory-policy noeviction",
                Map.of("node", node, "policy", memory.policy(), "maxmemory", memory.mostBytes())))
        : Optional.empty();
  }

  private static Optional<PolicyFinding> full(String node, Memory memory, long known, int most) {
    if (known <= memory.mostBytes() / WHOLE * most) {
      return Optional.empty();
    }
    return Optional.of(
        FindingSubject.ESTATE.warning(
            CheckKind.MEMORY,
            "rules and counters may take %d MiB on %s, more than %d %% of its maxmemory of %d MiB"
                .formatted(mebibytes(known), node, most, mebibytes(memory.mostBytes())),
            "raise maxmemory, or spread the tenants over more primaries",
            Map.of("node", node, "bytes", known, "maxmemory", memory.mostBytes())));
  }

  /** The longest-lived counters of limits with a key, and how many clients of them fit. */
  private static Optional<PolicyFinding> clients(
      PolicySet set, ClusterMeasurements measured, long known) {
    var keyed =
        set.tenants().values().stream()
            .flatMap(t -> t.limits().stream())
            .filter(l -> !l.key().isEmpty())
            .toList();
    var least =
        measured.memory().values().stream()
            .filter(Memory::isBounded)
            .mapToLong(Memory::mostBytes)
            .min();
    if (keyed.isEmpty() || least.isEmpty()) {
      return Optional.empty();
    }
    long each = keyed.stream().mapToLong(MemoryFootprint::counter).max().orElseThrow();
    long seconds = keyed.stream().mapToLong(MemoryFootprint::livesSeconds).max().orElseThrow();
    long fit = Math.max(0, least.getAsLong() - known) / each;
    var evidence = new TreeMap<String, Object>();
    evidence.put("limits", keyed.size());
    evidence.put("clients", fit);
    evidence.put("bytes_each", each);
    evidence.put("lives_s", seconds);
    return Optional.of(
        FindingSubject.ESTATE.info(
            CheckKind.MEMORY,
            "%d client counters fit into the smallest node, each is kept for up to %d s"
                .formatted(fit, seconds),
            "raise maxmemory if more clients than that may come in this time",
            evidence));
  }

  private static long mebibytes(long bytes) {
    return Math.ceilDiv(bytes, 1L << 20);
  }

  /**
   * What rules and counters take in Redis 8, in bytes, rounded up; a test measures them with {@code
   * MEMORY USAGE}.
   */
  public static final class MemoryFootprint {
    /** Of the committed set, the one that is staged and the one to go back to. */
    private static final int EPOCHS = 3;

    private static final long HASH = 200;
    private static final long FIELD = 160;
    private static final long COUNTER = 450;
    private static final long SLOT = 24;
    private static final int SLOTS = 17;
    private static final long LEASE = 200;

    private MemoryFootprint() {}

    /** All rules, and the counters that are known beforehand. */
    static long known(PolicySet set) {
      return set.tenants().values().stream()
          .mapToLong(t -> HASH + EPOCHS * rules(t.limits().size()) + counters(t.limits()))
          .sum();
    }

    /** One epoch's fields in a tenant's hash. */
    public static long rules(int limits) {
      return FIELD * (1 + limits);
    }

    private static long counters(List<Limit> limits) {
      return limits.stream()
          .filter(l -> l.key().isEmpty())
          .mapToLong(MemoryFootprint::counter)
          .sum();
    }

    /** A counter that holds all it can. */
    public static long counter(Limit limit) {
      return switch (limit.algorithm()) {
        case TOKEN_BUCKET, GCRA, FIXED_WINDOW -> COUNTER;
        case SLIDING_WINDOW -> COUNTER + SLOTS * SLOT;
        case CONCURRENCY -> COUNTER + LEASE * (limit.requests() / limit.cost());
      };
    }

    /** From the last request until a counter is idle, at most. */
    static long livesSeconds(Limit limit) {
      long window = limit.window().toSeconds();
      return switch (limit.algorithm()) {
        case TOKEN_BUCKET, GCRA ->
            limit.requests() == 0 ? 0 : Math.ceilDiv(limit.burst() * window, limit.requests());
        case SLIDING_WINDOW -> window + Math.ceilDiv(window, SLOTS - 1);
        case FIXED_WINDOW -> 2 * window;
        case CONCURRENCY -> window;
      };
    }
  }
}
