package dev.deployclaw.policy.decide;

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
record Window(long slotMicros, SortedMap<Long, Long> slots) implements Counter {
  private static final int SLOTS = 16;

  Window {
    slots = Collections.unmodifiableSortedMap(new TreeMap<>(slots));
  }

  /** A counter in another form is read as what a bucket of the rule's rate would still owe. */
  static Counter read(@Nullable Counter stored, Rule rule, long now) {
    long width = rule.windowMicros() / SLOTS;
    if (stored instanceof Window window && window.slotMicros() == width) {
      return window.live(now);
    }
    var owed = Bucket.read(stored, rule, now);
    return owed.held() == 0 ? new Window(width, new TreeMap<>()) : owed;
  }

  /** {@code sw width slot:units ...}. */
  static Window parse(String[] words) {
    var slots = new TreeMap<Long, Long>();
    for (int i = 2; i < words.length; i++) {
      String[] slot = words[i].split(":", -1);
      slots.put(Long.parseLong(slot[0]), Long.parseLong(slot[1]));
    }
    return new Window(Long.parseLong(words[1]), slots);
  }

  /** All of it charged now. */
  static Window holding(long units, Rule rule, long now) {
    return new Window(rule.windowMicros() / SLOTS, new TreeMap<>()).plus(units, now);
  }

  /** Without the slots that are wholly older than this window. */
  Window live(long now) {
    return new Window(slotMicros, slots.tailMap(now / slotMicros - SLOTS));
  }

  private long held() {
    return slots.values().stream().mapToLong(Long::longValue).sum();
  }

  @Override
  public Counter rewound(long now) {
    long last = now / slotMicros;
    if (slots.isEmpty() || slots.lastKey() <= last) {
      return this;
    }
    var clamped = new TreeMap<Long, Long>();
    slots.forEach((slot, units) -> clamped.merge(Math.min(slot, last), units, Long::sum));
    return new Window(slotMicros, clamped);
  }

  @Override
  public long remaining(Rule rule) {
    return Math.max(0, rule.capacity() - held());
  }

  @Override
  public Window plus(Taken taken, Rule rule, long now) {
    return plus(taken.cost(), now);
  }

  private Window plus(long cost, long now) {
    var charged = new TreeMap<>(slots);
    charged.merge(now / slotMicros, cost, Long::sum);
    return new Window(slotMicros, charged);
  }

  @Override
  public long reset(long now) {
    return slots.isEmpty() ? 0 : forgotten(slots.lastKey()) - now;
  }

  @Override
  public long waitFor(long cost, Rule rule, long now) {
    if (cost > rule.capacity()) {
      return Decision.NEVER;
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

  /** When a slot no longer counts. */
  private long forgotten(long slot) {
    return (slot + SLOTS + 1) * slotMicros;
  }
}
