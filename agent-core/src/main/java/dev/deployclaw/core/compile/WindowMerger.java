package dev.deployclaw.core.compile;

import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.policy.check.WindowConflicts;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.TenantPolicy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Resolves conflicting windows: of limits for the same requests whose windows contradict each
 * other, the one that admits least goes on, over the window that was asked for. Its rate stays as
 * it is, rounded down; nothing that a limit of the group refused for long is admitted. Limits
 * without a conflict stay as they are.
 */
final class WindowMerger {
  private WindowMerger() {}

  static CompilationStep<TenantPolicy> merge(TenantPolicy tenant, RequestedChange change) {
    if (change.set().windowSeconds().isEmpty()) {
      return CompilationStep.unclear("Which window should the conflicting limits get?");
    }
    long seconds = change.set().windowSeconds().get();
    CompilationStep<TenantPolicy> merged = CompilationStep.made(tenant);
    for (var group : WindowConflicts.among(LimitEditor.agreeing(tenant, change))) {
      merged = merged.then(before -> one(group, seconds).map(limit -> with(before, group, limit)));
    }
    return merged;
  }

  private static TenantPolicy with(TenantPolicy tenant, List<Limit> group, Limit instead) {
    var limits = new ArrayList<Limit>();
    for (var limit : tenant.limits()) {
      if (limit.name().equals(instead.name())) {
        limits.add(instead);
      } else if (!group.contains(limit)) {
        limits.add(limit);
      }
    }
    return tenant.withLimits(limits);
  }

  private static CompilationStep<Limit> one(List<Limit> group, long seconds) {
    var least =
        group.stream()
            .min(
                Comparator.comparingDouble(WindowMerger::rate)
                    .thenComparingLong(WindowMerger::capacity)
                    .thenComparing(Limit::name))
            .orElseThrow();
    long requests = Math.multiplyExact(least.requests(), seconds) / least.window().toSeconds();
    if (requests == 0 && least.requests() > 0) {
      return CompilationStep.refused(
          "%s is %d in %d s, which is less than one in %d s: ask for a longer window"
              .formatted(least.name(), least.requests(), least.window().toSeconds(), seconds));
    }
    return CompilationStep.made(over(least, seconds, requests, capacity(group, least)));
  }

  private static Limit over(Limit limit, long seconds, long requests, long capacity) {
    return limit.admitting(
        requests, Duration.ofSeconds(seconds), bucket(limit) ? capacity : Math.max(1, requests));
  }

  /** Requests a second. */
  private static double rate(Limit limit) {
    return (double) limit.requests() / limit.cost() / limit.window().toSeconds();
  }

  /** Requests at once. */
  private static long capacity(Limit limit) {
    return (bucket(limit) ? limit.burst() : limit.requests()) / limit.cost();
  }

  /** The smallest of the group, in the cost of one. */
  private static long capacity(List<Limit> group, Limit in) {
    long least = group.stream().mapToLong(WindowMerger::capacity).min().orElseThrow();
    return Math.clamp(Math.multiplyExact(least, in.cost()), 1, in.burst());
  }

  private static boolean bucket(Limit limit) {
    return limit.algorithm() == LimitAlgorithm.TOKEN_BUCKET
        || limit.algorithm() == LimitAlgorithm.GCRA;
  }
}
