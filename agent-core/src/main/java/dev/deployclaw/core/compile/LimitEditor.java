package dev.deployclaw.core.compile;

import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Changes limits of one tenant. What isn't set stays as it is. */
final class LimitEditor {
  private LimitEditor() {}

  /**
   * Sets the limit whose match equals the change's; none: a new one; several: the one with the same
   * window.
   */
  static CompilationStep<TenantPolicy> set(TenantPolicy tenant, RequestedChange change) {
    var found = exact(tenant, change);
    return found.isEmpty()
        ? fresh(tenant, change).map(limit -> added(tenant, limit))
        : one(tenant, change, found).then(limit -> set(tenant, limit, change.set()));
  }

  /** Multiplies rate and burst of every limit that is meant. */
  static CompilationStep<TenantPolicy> scale(TenantPolicy tenant, RequestedChange change) {
    if (change.scale().isEmpty()) {
      return CompilationStep.unclear("By which factor?");
    }
    BigDecimal factor = change.scale().get();
    return meant(tenant, change)
        .map(found -> replaced(tenant, found, limit -> scaled(limit, factor)));
  }

  static CompilationStep<TenantPolicy> mode(TenantPolicy tenant, RequestedChange change) {
    if (change.set().mode().isEmpty()) {
      return CompilationStep.unclear("Which mode: enforce or shadow?");
    }
    EnforcementMode mode = change.set().mode().get();
    return meant(tenant, change).map(found -> replaced(tenant, found, l -> inMode(l, mode)));
  }

  /** Removes one limit; several that are meant without one that matches exactly are a question. */
  static CompilationStep<TenantPolicy> remove(TenantPolicy tenant, RequestedChange change) {
    var exact = exact(tenant, change);
    var found = exact.isEmpty() ? meant(tenant, change) : CompilationStep.made(exact);
    return found.then(limits ->
        limits.size() > 1
            ? ambiguous(tenant, limits)
            : CompilationStep.made(
                tenant.withLimits(
                    tenant.limits().stream().filter(l -> !limits.contains(l)).toList())));
  }

  /** Takes over the limits of another tenant, all or those of one service. */
  static TenantPolicy copy(TenantPolicy tenant, TenantPolicy from, RequestedChange change) {
    if (change.service().isEmpty()) {
      return new TenantPolicy(
          tenant.tenant(),
          tenant.labels(),
          tenant.parent(),
          tenant.blocked(),
          from.onBackendFailure(),
          from.limits());
    }
    var kept = tenant.limits().stream().filter(l -> !l.match().service().equals(change.service()));
    var taken = from.limits().stream().filter(l -> l.match().service().equals(change.service()));
    return tenant.withLimits(Stream.concat(kept, taken).toList());
  }

  private static List<Limit> exact(TenantPolicy tenant, RequestedChange change) {
    if (change.limit().isPresent()) {
      return tenant.limits().stream().filter(l -> l.name().equals(change.limit().get())).toList();
    }
    var match = new RequestMatch(change.service(), change.route(), change.method());
    return tenant.limits().stream().filter(l -> l.match().equals(match)).toList();
  }

  /** Limits that agree in every part that was said; an absent part stands for any. */
  private static CompilationStep<List<Limit>> meant(TenantPolicy tenant, RequestedChange change) {
    var found = agreeing(tenant, change);
    return found.isEmpty()
        ? CompilationStep.unclear(
            "Tenant " + tenant.tenant() + " has no such limit. Which one is meant?")
        : CompilationStep.made(found);
  }

  static List<Limit> agreeing(TenantPolicy tenant, RequestedChange change) {
    return tenant.limits().stream()
        .filter(l -> agrees(change.limit(), Optional.of(l.name())))
        .filter(l -> agrees(change.service(), l.match().service()))
        .filter(l -> agrees(change.route(), l.match().route()))
        .filter(l -> agrees(change.method(), l.match().method()))
        .toList();
  }

  private static boolean agrees(Optional<String> said, Optional<String> there) {
    return said.isEmpty() || said.equals(there);
  }

  /** Of several that match exactly, the only one with the window that was said. */
  private static CompilationStep<Limit> one(
      TenantPolicy tenant, RequestedChange change, List<Limit> found) {
    if (found.size() == 1) {
      return CompilationStep.made(found.getFirst());
    }
    var same =
        found.stream()
            .filter(l ->
                change.set().windowSeconds().filter(w -> w == l.window().toSeconds()).isPresent())
            .toList();
    return same.size() == 1 ? CompilationStep.made(same.getFirst()) : ambiguous(tenant, found);
  }

  private static <T> CompilationStep<T> ambiguous(TenantPolicy tenant, List<Limit> found) {
    String names = String.join(", ", found.stream().map(Limit::name).toList());
    return CompilationStep.unclear(
        "Tenant "
            + tenant.tenant()
            + " has several such limits: "
            + names
            + ". Which one is meant?");
  }

  private static TenantPolicy added(TenantPolicy tenant, Limit limit) {
    List<Limit> limits = new ArrayList<>(tenant.limits());
    limits.add(limit);
    return tenant.withLimits(limits);
  }

  private static TenantPolicy replaced(
      TenantPolicy tenant, List<Limit> which, UnaryOperator<Limit> how) {
    return tenant.withLimits(
        tenant.limits().stream().map(l -> which.contains(l) ? how.apply(l) : l).toList());
  }

  private static CompilationStep<Limit> fresh(TenantPolicy tenant, RequestedChange change) {
    var set = change.set();
    if (set.requests().isEmpty()) {
      return CompilationStep.unclear("How many requests for " + tenant.tenant() + "?");
    }
    long requests = set.requests().get();
    var algorithm = set.algorithm().orElse(LimitAlgorithm.TOKEN_BUCKET);
    return window(tenant, algorithm, said(algorithm, set))
        .map(window ->
            new Limit(
                change.limit().orElseGet(() -> name(tenant, change)),
                new RequestMatch(change.service(), change.route(), change.method()),
                List.of(),
                algorithm,
                requests,
                window,
                set.burst().orElse(Math.max(1, requests)),
                1,
                set.mode().orElse(EnforcementMode.ENFORCE),
                set.onBackendFailure()));
  }

  private static CompilationStep<TenantPolicy> set(
      TenantPolicy tenant, Limit limit, RequestedChange.Settings set) {
    var algorithm = set.algorithm().orElse(limit.algorithm());
    boolean held = limit.algorithm() == LimitAlgorithm.CONCURRENCY;
    var kept =
        Optional.of(limit.window()).filter(_ -> held == (algorithm == LimitAlgorithm.CONCURRENCY));
    return window(tenant, algorithm, said(algorithm, set).or(() -> kept))
        .map(window ->
            new Limit(
                limit.name(),
                limit.match(),
                limit.key(),
                algorithm,
                set.requests().orElse(limit.requests()),
                window,
                set.burst().orElse(limit.burst()),
                limit.cost(),
                set.mode().orElse(limit.mode()),
                set.onBackendFailure().or(limit::onBackendFailure)))
        .map(changed -> replaced(tenant, List.of(limit), _ -> changed));
  }

  /** The window; with concurrency, what is said of a window is no lease. */
  private static Optional<Duration> said(LimitAlgorithm algorithm, RequestedChange.Settings set) {
    return algorithm == LimitAlgorithm.CONCURRENCY
        ? Optional.empty()
        : set.windowSeconds().map(Duration::ofSeconds);
  }

  private static CompilationStep<Duration> window(
      TenantPolicy tenant, LimitAlgorithm algorithm, Optional<Duration> window) {
    if (algorithm == LimitAlgorithm.CONCURRENCY) {
      return CompilationStep.made(window.orElse(Limit.DEFAULT_LEASE));
    }
    return window.isPresent()
        ? CompilationStep.made(window.get())
        : CompilationStep.unclear("Per which window for " + tenant.tenant() + "?");
  }

  private static Limit inMode(Limit limit, EnforcementMode mode) {
    return new Limit(
        limit.name(),
        limit.match(),
        limit.key(),
        limit.algorithm(),
        limit.requests(),
        limit.window(),
        limit.burst(),
        limit.cost(),
        mode,
        limit.onBackendFailure());
  }

  private static Limit scaled(Limit limit, BigDecimal factor) {
    return new Limit(
        limit.name(),
        limit.match(),
        limit.key(),
        limit.algorithm(),
        times(limit.requests(), factor),
        limit.window(),
        Math.max(1, times(limit.burst(), factor)),
        limit.cost(),
        limit.mode(),
        limit.onBackendFailure());
  }

  private static long times(long value, BigDecimal factor) {
    return factor
        .multiply(BigDecimal.valueOf(value))
        .setScale(0, RoundingMode.HALF_UP)
        .longValueExact();
  }

  /** A label from what it matches, with a number where that name is taken. */
  private static String name(TenantPolicy tenant, RequestedChange change) {
    String words =
        Stream.of(change.service(), change.method(), change.route())
            .flatMap(Optional::stream)
            .reduce("", (a, b) -> a + "-" + b);
    String label = label(words);
    var taken = tenant.limits().stream().map(Limit::name).toList();
    String name = label;
    for (int n = 2; taken.contains(name); n++) {
      name = label + "-" + n;
    }
    return name;
  }

  private static String label(String words) {
    String label =
        words.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    String cut = label.length() > 50 ? label.substring(0, 50).replaceAll("-+$", "") : label;
    return cut.isEmpty() ? "all" : cut;
  }
}
