package dev.deployclaw.core.compile;

import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
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
  /** Limits that one sentence names. */
  private static final int MOST_NAMED = 8;

  private LimitEditor() {}

  /**
   * Sets the limit whose match equals the change's; none: a new one; several: the one with the same
   * window. A rate by a key stands beside a limit that counts by another one.
   */
  static CompilationStep<TenantPolicy> set(TenantPolicy tenant, RequestedChange change) {
    var found = exact(tenant, change);
    if (found.isEmpty() && change.picks() && !named(change)) {
      return none(tenant, change);
    }
    return found.isEmpty()
        ? fresh(tenant, change).map(limit -> added(tenant, limit))
        : one(tenant, change, found).then(limit -> set(tenant, limit, change.set()));
  }

  /** A limit that gets a name and a rate with its window may be a new one. */
  private static boolean named(RequestedChange change) {
    return change.limitWindowSeconds().isEmpty() && change.set().windowSeconds().isPresent();
  }

  /** Whether there is nothing to edit where a change only edits what is there. */
  static boolean lacks(TenantPolicy tenant, RequestedChange change, TaskOperation operation) {
    return switch (operation) {
      case SCALE_LIMIT, SET_MODE, REMOVE_LIMIT -> agreeing(tenant, change).isEmpty();
      case SET_LIMIT ->
          (change.set().requests().isEmpty() || change.picks()) && exact(tenant, change).isEmpty();
      default -> false;
    };
  }

  /** What is told where a change without a place is of all limits of its tenants. */
  static Optional<String> wholly(
      List<TenantPolicy> tenants, RequestedChange change, TaskOperation operation) {
    boolean each = operation == TaskOperation.SCALE_LIMIT || operation == TaskOperation.SET_MODE;
    var several = tenants.stream().filter(t -> agreeing(t, change).size() > 1).toList();
    if (!each || change.placed() || change.picks() || several.isEmpty()) {
      return Optional.empty();
    }
    var limits = several.size() > 1 ? "" : ": " + names(several.getFirst().limits());
    return Optional.of(
        "no service was named, so all limits of %s change%s"
            .formatted(some(several.stream().map(TenantPolicy::tenant).toList()), limits));
  }

  /** A limit that a change tells, for people. */
  static String words(RequestedChange change) {
    var parts =
        Stream.of(
                change.limit().map(n -> " named " + n),
                change.limitWindowSeconds().map(w -> " per " + window(w)),
                change.service().map(s -> " on " + s),
                change.method().map(m -> " for " + m),
                change.route().map(r -> " of " + r))
            .flatMap(Optional::stream)
            .reduce("", String::concat);
    return parts.isEmpty() ? "any limit" : "a limit" + parts;
  }

  private static String window(long seconds) {
    return PolicyYamlWriter.window(Duration.ofSeconds(seconds));
  }

  private static String names(List<Limit> limits) {
    return some(
        limits.stream().map(l -> l.name() + " (" + window(l.window().toSeconds()) + ")").toList());
  }

  /** Names for one sentence, with a bound. */
  static String some(List<String> names) {
    int more = names.size() - MOST_NAMED;
    String some = String.join(", ", names.stream().limit(MOST_NAMED).toList());
    return more > 0 ? some + " and " + more + " more" : some;
  }

  private static <T> CompilationStep<T> none(TenantPolicy tenant, RequestedChange change) {
    String there = tenant.limits().isEmpty() ? "" : ". It has " + names(tenant.limits());
    return CompilationStep.unclear(
        "Tenant %s has no such limit: not %s%s. Which one do you mean?"
            .formatted(tenant.tenant(), words(change), there));
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
    return meant(tenant, change).map(found -> replaced(tenant, found, l -> l.in(mode)));
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
    boolean rekeyed = change.set().requests().isEmpty() && change.set().key().isPresent();
    if (change.picks() || rekeyed) {
      return agreeing(tenant, change);
    }
    var match = new RequestMatch(change.service(), change.route(), change.method());
    return tenant.limits().stream()
        .filter(l -> l.match().equals(match))
        .filter(l -> change.set().key().isEmpty() || change.set().key().get().equals(l.key()))
        .filter(l -> alike(l, change.set()))
        .toList();
  }

  /** A rate and a number at the same time are two limits. */
  private static boolean alike(Limit limit, RequestedChange.Settings set) {
    boolean held = set.algorithm().filter(a -> a == LimitAlgorithm.CONCURRENCY).isPresent();
    boolean rated = !held && set.windowSeconds().isPresent();
    boolean holds = limit.algorithm() == LimitAlgorithm.CONCURRENCY;
    return set.requests().isEmpty() || (holds ? !rated : !held);
  }

  /** Limits that agree in every part that was said; an absent part stands for any. */
  private static CompilationStep<List<Limit>> meant(TenantPolicy tenant, RequestedChange change) {
    var found = agreeing(tenant, change);
    return found.isEmpty() ? none(tenant, change) : CompilationStep.made(found);
  }

  static List<Limit> agreeing(TenantPolicy tenant, RequestedChange change) {
    return tenant.limits().stream()
        .filter(l -> agrees(change.limit(), Optional.of(l.name())))
        .filter(l -> agrees(change.limitWindowSeconds(), Optional.of(l.window().toSeconds())))
        .filter(l -> agrees(change.service(), l.match().service()))
        .filter(l -> agrees(change.route(), l.match().route()))
        .filter(l -> agrees(change.method(), l.match().method()))
        .toList();
  }

  private static <T> boolean agrees(Optional<T> said, Optional<T> there) {
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
    return CompilationStep.unclear(
        "Tenant %s has several such limits: %s. Which one do you mean?"
            .formatted(tenant.tenant(), names(found)));
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
                set.key().orElse(List.of()),
                algorithm,
                requests,
                window,
                set.burst().orElse(Math.max(1, requests)),
                1,
                set.mode().orElse(EnforcementMode.ENFORCE),
                set.onBackendFailure(),
                LimitPrecision.EXACT));
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
                set.key().orElse(limit.key()),
                algorithm,
                set.requests().orElse(limit.requests()),
                window,
                set.burst().orElse(limit.burst()),
                limit.cost(),
                set.mode().orElse(limit.mode()),
                set.onBackendFailure().or(limit::onBackendFailure),
                algorithm == LimitAlgorithm.CONCURRENCY ? LimitPrecision.EXACT : limit.precision()))
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
        : CompilationStep.unclear("Which window for " + tenant.tenant() + "?");
  }

  private static Limit scaled(Limit limit, BigDecimal factor) {
    long burst = Math.max(1, times(limit.burst(), factor));
    return limit.admitting(times(limit.requests(), factor), limit.window(), burst);
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
