package dev.deployclaw.policy.decision;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A sliding window in sixteen slots. A slot counts until all of it is older than the window, so
 * seventeen are live at a time and no interval as long as the window ever admits more than the
 * limit (two weighted buckets, the cheaper way, admit up to twice the limit). The price: a request
 * is forgotten up to a sixteenth of the window late. Slots are aligned to the epoch of the clock,
 * and whole: a second has 16 times 62,500 microseconds.
 *
 * @param slots the units charged, by slot number
 */
record SlidingWindowCounter(long slotMicros, SortedMap<Long, Long> slots) implements LimitCounter {
  private static final int SLOTS = 16;

  SlidingWindowCounter {
    slots = Collections.unmodifiableSortedMap(new TreeMap<>(slots));
  }

  /** A counter in another form is read as what a bucket of the rule's rate would still owe. */
  static LimitCounter read(@Nullable LimitCounter stored, LimitRule rule, long now) {
    long width = rule.windowMicros() / SLOTS;
    if (stored instanceof SlidingWindowCounter window && window.slotMicros() == width) {
      return window.live(now);
    }
    var owed = TokenBucketCounter.read(stored, rule, now);
    return owed.held() == 0 ? new SlidingWindowCounter(width, new TreeMap<>()) : owed;
  }

  /** {@code sw width sum slot:units ...}; earlier versions wrote no sum. */
  static SlidingWindowCounter parse(String[] words) {
    var slots = new TreeMap<Long, Long>();
    for (int i = words.length > 2 && words[2].indexOf(':') < 0 ? 3 : 2; i < words.length; i++) {
      String[] slot = words[i].split(":", -1);
      slots.put(Long.parseLong(slot[0]), Long.parseLong(slot[1]));
    }
    return new SlidingWindowCounter(Long.parseLong(words[1]), slots);
  }

  /** All of it charged now. */
  static SlidingWindowCounter holding(long units, LimitRule rule, long now) {
    return new SlidingWindowCounter(rule.windowMicros() / SLOTS, new TreeMap<>()).plus(units, now);
  }

  /** Without the slots that are wholly older than this window. */
  SlidingWindowCounter live(long now) {
    return new SlidingWindowCounter(slotMicros, slots.tailMap(now / slotMicros - SLOTS));
  }

  private long held() {
    return slots.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public LimitCounter rewound(long now) {
    long last = now / slotMicros;
    if (slots.isEmpty() || slots.lastKey() <= last) {
      return this;
    }
    var clamped = new TreeMap<Long, Long>();
    slots.forEach((slot, units) -> clamped.merge(Math.min(slot, last), units, Long::sum));
    return new SlidingWindowCounter(slotMicros, clamped);
  }

  @Override
  public long remaining(LimitRule rule) {
    return Math.max(0, rule.capacity() - held());
  }

  @Override
  public SlidingWindowCounter plus(AdmittedUnits taken, LimitRule rule, long now) {
    return plus(taken.cost(), now);
  }

  private SlidingWindowCounter plus(long cost, long now) {
    var charged = new TreeMap<>(slots);
    charged.merge(now / slotMicros, cost, Long::sum);
    return new SlidingWindowCounter(slotMicros, charged);
  }

  @Override
  public long reset(long now) {
    return slots.isEmpty() ? 0 : forgotten(slots.lastKey()) - now;
  }

  @Override
  public long waitFor(long cost, LimitRule rule, long now) {
    if (cost > rule.capacity()) {
      return AdmissionDecision.NEVER;
    }
    long over = held() + cost - rule.capacity();
    long wait = 0;
    for (var slot : slots.entrySet()) {
      if (over <= 0) {
        break;
      }
      over -= slot.getValue();
      wait = forgotten(slot.getKey()) - now;
    }
    return wait;
  }

  private long forgotten(long slot) {
    return (slot + SLOTS + 1) * slotMicros;
  }
}
