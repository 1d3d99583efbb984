package dev.deployclaw.policy.decision;

import java.util.Collections;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The requests that are under way: each holds its place until it is released, or until its lease
 * ends, so that what a crashed client held comes back. A lease keeps its end whatever becomes of
 * the rule.
 *
 * @param held by end
 * @param beside what counted before the limit became one of concurrency: it sleeps here for the way
 *     back
 */
record ConcurrencyLeases(SortedSet<Lease> held, Optional<LimitCounter> beside)
    implements LimitCounter {
  /**
   * To tell how long to wait, no more leases are looked at; beyond them the last one's end counts.
   */
  private static final int MOST_LOOKED_AT = 64;

  /**
   * One request's place.
   *
   * @param id {@link AdmittedUnits#id}
   * @param end when it comes back by itself
   */
  record Lease(String id, long units, long end) implements Comparable<Lease> {
    private static final Comparator<Lease> BY_END =
        Comparator.comparingLong(Lease::end).thenComparing(Lease::id);

    @Override
    public int compareTo(Lease other) {
      return BY_END.compare(this, other);
    }
  }

  ConcurrencyLeases {
    held = Collections.unmodifiableSortedSet(new TreeSet<>(held));
  }

  static ConcurrencyLeases read(@Nullable LimitCounter stored, long now) {
    return stored instanceof ConcurrencyLeases leases
        ? leases.live(now)
        : new ConcurrencyLeases(new TreeSet<>(), Optional.ofNullable(stored));
  }

  /** {@code cc units}: how much is held in all, as a report says it. */
  static ConcurrencyLeases parse(String[] words) {
    var all = new Lease("", Long.parseLong(words[1]), Long.MAX_VALUE);
    return new ConcurrencyLeases(new TreeSet<>(Set.of(all)), Optional.empty());
  }

  boolean holds(String id) {
    return held.stream().anyMatch(l -> l.id().equals(id));
  }

  ConcurrencyLeases without(String id) {
    return only(l -> !l.id().equals(id), beside);
  }

  ConcurrencyLeases live(long now) {
    return only(l -> l.end() > now, beside);
  }

  private ConcurrencyLeases only(Predicate<Lease> kept, Optional<LimitCounter> aside) {
    return new ConcurrencyLeases(
        held.stream().filter(kept).collect(Collectors.toCollection(TreeSet::new)), aside);
  }

  long units() {
    return held.stream().mapToLong(Lease::units).sum();
  }

  @Override
  public LimitCounter rewound(long now) {
    return only(l -> l.end() > now, beside.map(c -> c.rewound(now)));
  }

  @Override
  public long remaining(LimitRule rule) {
    return Math.max(0, rule.capacity() - units());
  }

  /** A lease that is there already stays as it is. */
  @Override
  public LimitCounter plus(AdmittedUnits taken, LimitRule rule, long now) {
    var more = new TreeSet<>(held);
    for (long i = 0; i < taken.requests(); i++) {
      String id = taken.id(i);
      if (!holds(id)) {
        more.add(new Lease(id, taken.each(), now + rule.windowMicros()));
      }
    }
    return new ConcurrencyLeases(more, beside);
  }

  /** At the latest: a release may come sooner. */
  @Override
  public long reset(long now) {
    return held.isEmpty() ? 0 : held.last().end() - now;
  }

  /** At the latest: a release may come sooner. */
  @Override
  public long waitFor(long cost, LimitRule rule, long now) {
    if (cost > rule.capacity()) {
      return AdmissionDecision.NEVER;
    }
    long over = units() + cost - rule.capacity();
    if (over <= 0) {
      return 0;
    }
    for (var lease : held.stream().limit(MOST_LOOKED_AT).toList()) {
      over -= lease.units();
      if (over <= 0) {
        return lease.end() - now;
      }
    }
    return reset(now);
  }
}
