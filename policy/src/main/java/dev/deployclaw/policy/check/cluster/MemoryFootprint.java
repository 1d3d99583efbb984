package dev.deployclaw.policy.check.cluster;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import java.util.List;

/**
 * What rules and counters take in Redis 8, in bytes, rounded up; a test measures them with {@code
 * MEMORY USAGE}.
 */
public final class MemoryFootprint {
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
    return limits.stream().filter(l -> l.key().isEmpty()).mapToLong(MemoryFootprint::counter).sum();
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
