package dev.deployclaw.executors.redis.activation;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The tenants of an epoch whose hashes one primary and its replicas hold, in windows: the tenants
 * that are sent, or asked for, in one write. Any thread.
 */
public final class TenantPartition {
  /** Tenants in a window; where they are dealt out, on average. */
  static final int WINDOW = 500;

  private final StagedRules rules;
  private final IntFunction<Optional<List<TenantPolicy>>> windows;
  private final List<ExpectedFields> expected = new ArrayList<>();

  /**
   * @param windows by number, from 0; empty from the first that isn't there on
   */
  TenantPartition(StagedRules rules, IntFunction<Optional<List<TenantPolicy>>> windows) {
    this.rules = rules;
    this.windows = windows;
  }

  static TenantPartition of(StagedRules rules, List<TenantPolicy> tenants) {
    List<TenantPolicy> all = List.copyOf(tenants);
    return new TenantPartition(rules, number -> window(all, number));
  }

  public StagedRules rules() {
    return rules;
  }

  /** All of them, dealt out by then. */
  public List<TenantPolicy> tenants() {
    return each(windows).flatMap(List::stream).toList();
  }

  public TenantPartition of(List<TenantPolicy> some) {
    return of(rules, some);
  }

  /** The windows, each dealt out when it is first wanted. */
  Iterable<List<TenantPolicy>> windows() {
    return () -> each(windows).iterator();
  }

  /** What their hashes have to hold, each window encoded when it is first wanted. */
  Iterable<ExpectedFields> expected() {
    return () -> each(this::encoded).iterator();
  }

  /** Anyone who asks comes by all windows before it. */
  private synchronized Optional<ExpectedFields> encoded(int number) {
    if (number == expected.size()) {
      windows.apply(number).map(w -> ExpectedFields.of(w, rules.fields())).ifPresent(expected::add);
    }
    return number < expected.size() ? Optional.of(expected.get(number)) : Optional.empty();
  }

  private static Optional<List<TenantPolicy>> window(List<TenantPolicy> all, int number) {
    int from = number * WINDOW;
    return from < all.size()
        ? Optional.of(all.subList(from, Math.min(all.size(), from + WINDOW)))
        : Optional.empty();
  }

  private static <T> Stream<T> each(IntFunction<Optional<T>> windows) {
    return IntStream.iterate(0, i -> i + 1)
        .mapToObj(windows)
        .takeWhile(Optional::isPresent)
        .map(Optional::get);
  }
}
