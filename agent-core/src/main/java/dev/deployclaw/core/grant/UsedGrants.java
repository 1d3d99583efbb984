package dev.deployclaw.core.grant;

import java.util.Comparator;
import java.util.HashSet;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;

/**
 * The numbers of grants that were used and aren't expired, so that none is used twice. Bounded:
 * when it is full, no call is let through. For any thread.
 *
 * @param <T> a point in time of the clock that grants expire by
 */
public final class UsedGrants<T extends Comparable<T>> {
  /** Grants that were used and aren't expired. */
  public static final int MOST_USED = 100_000;

  private final Set<String> numbers = new HashSet<>();
  private final PriorityQueue<Used<T>> soonest =
      new PriorityQueue<>(Comparator.comparing((Used<T> used) -> used.expires()));

  private record Used<T>(String number, T expires) {}

  /** Uses a grant up; why it can't be used is the result, empty where it can. */
  public synchronized Optional<String> use(String number, T expires, T now) {
    forget(now);
    if (now.compareTo(expires) >= 0) {
      return Optional.of("its grant expired at " + expires);
    }
    if (numbers.size() >= MOST_USED) {
      return Optional.of("too many grants are in use, so a used one can't be recognised");
    }
    if (!numbers.add(number)) {
      return Optional.of("its grant was used before");
    }
    soonest.add(new Used<>(number, expires));
    return Optional.empty();
  }

  /** What is expired is refused anyway. */
  private void forget(T now) {
    for (var first = soonest.peek();
        first != null && now.compareTo(first.expires()) >= 0;
        first = soonest.peek()) {
      numbers.remove(soonest.remove().number());
    }
  }
}
