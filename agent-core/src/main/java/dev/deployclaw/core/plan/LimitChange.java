package dev.deployclaw.core.plan;

import dev.deployclaw.core.task.Change;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
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
final class LimitChange {
  private LimitChange() {}

  /**
   * Sets the limit whose match equals the change's; none: a new one; several: the one with the same
   * window.
   */
  static TenantPolicy set(TenantPolicy tenant, Change change) {
    var found = exact(tenant, change);
    if (found.isEmpty()) {
      List<Limit> limits = new ArrayList<>(tenant.limits());
      limits.add(fresh(tenant, change));
      return tenant.withLimits(limits);
    }
    Limit one = found.size() == 1 ? found.getFirst() : sameWindow(tenant, change, found);
    return replace(tenant, List.of(one), limit -> with(tenant, limit, change.set()));
  }

  /** Multiplies rate and burst of every limit that is meant. */
  static TenantPolicy scale(TenantPolicy tenant, Change change) {
    BigDecimal factor = change.scale().orElseThrow(() -> new Unclear("By which factor?"));
    return replace(
        tenant,
        meant(tenant, change),
        limit -> rated(limit, times(limit.requests(), factor), times(limit.burst(), factor)));
  }

  static TenantPolicy mode(TenantPolicy tenant, Change change) {
    Mode mode =
        change.set().mode().orElseThrow(() -> new Unclear("Which mode: enforce or shadow?"));
    var settings =
        new Change.Settings(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.of(mode),
            Optional.empty());
    return replace(tenant, meant(tenant, change), limit -> with(tenant, limit, settings));
  }

  /** Removes one limit; several that are meant without one that matches exactly are a question. */
  static TenantPolicy remove(TenantPolicy tenant, Change change) {
    var exact = exact(tenant, change);
    var found = exact.isEmpty() ? meant(tenant, change) : exact;
    if (found.size() > 1) {
      throw ambiguous(tenant, found);
    }
    return tenant.withLimits(tenant.limits().stream().filter(l -> !found.contains(l)).toList());
  }

  /** Takes over the limits of another tenant, all or those of one service. */
  static TenantPolicy copy(TenantPolicy tenant, TenantPolicy from, Change change) {
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

  private static List<Limit> exact(TenantPolicy tenant, Change change) {
    if (change.limit().isPresent()) {
      return tenant.limits().stream().filter(l -> l.name().equals(change.limit().get())).toList();
    }
    var match = new Match(change.service(), change.route(), change.method());
    return tenant.limits().stream().filter(l -> l.match().equals(match)).toList();
  }

  /** Limits that agree in every part that was said; an absent part stands for any. */
  private static List<Limit> meant(TenantPolicy tenant, Change change) {
    var found =
        tenant.limits().stream()
            .filter(l -> agrees(change.limit(), Optional.of(l.name())))
            .filter(l -> agrees(change.service(), l.match().service()))
            .filter(l -> agrees(change.route(), l.match().route()))
            .filter(l -> agrees(change.method(), l.match().method()))
            .toList();
    if (found.isEmpty()) {
      throw new Unclear("Tenant " + tenant.tenant() + " has no such limit. Which one is meant?");
    }
    return found;
  }

  private static boolean agrees(Optional<String> said, Optional<String> there) {
    return said.isEmpty() || said.equals(there);
  }

  private static Limit sameWindow(TenantPolicy tenant, Change change, List<Limit> found) {
    var same =
        found.stream()
            .filter(l ->
                change.set().windowSeconds().filter(w -> w == l.window().toSeconds()).isPresent())
            .toList();
    if (same.size() != 1) {
      throw ambiguous(tenant, found);
    }
    return same.getFirst();
  }

  private static Unclear ambiguous(TenantPolicy tenant, List<Limit> found) {
    String names = String.join(", ", found.stream().map(Limit::name).toList());
    return new Unclear(
        "Tenant "
            + tenant.tenant()
            + " has several such limits: "
            + names
            + ". Which one is meant?");
  }

  private static TenantPolicy replace(
      TenantPolicy tenant, List<Limit> which, UnaryOperator<Limit> how) {
    return tenant.withLimits(
        tenant.limits().stream().map(l -> which.contains(l) ? how.apply(l) : l).toList());
  }

  private static Limit fresh(TenantPolicy tenant, Change change) {
    var set = change.set();
    var algorithm = set.algorithm().orElse(Algorithm.TOKEN_BUCKET);
    long requests =
        set.requests()
            .orElseThrow(() -> new Unclear("How many requests for " + tenant.tenant() + "?"));
    return new Limit(
        change.limit().orElseGet(() -> name(tenant, change)),
        new Match(change.service(), change.route(), change.method()),
        List.of(),
        algorithm,
        requests,
        window(tenant, algorithm, set.windowSeconds().map(Duration::ofSeconds)),
        set.burst().orElse(Math.max(1, requests)),
        1,
        set.mode().orElse(Mode.ENFORCE),
        set.onBackendFailure());
  }

  private static Limit with(TenantPolicy tenant, Limit limit, Change.Settings set) {
    var algorithm = set.algorithm().orElse(limit.algorithm());
    var window = set.windowSeconds().map(Duration::ofSeconds);
    var kept = limit.window().isZero() ? Optional.<Duration>empty() : Optional.of(limit.window());
    return new Limit(
        limit.name(),
        limit.match(),
        limit.key(),
        algorithm,
        set.requests().orElse(limit.requests()),
        window(tenant, algorithm, window.or(() -> kept)),
        set.burst().orElse(limit.burst()),
        limit.cost(),
        set.mode().orElse(limit.mode()),
        set.onBackendFailure().or(limit::onBackendFailure));
  }

  private static Duration window(
      TenantPolicy tenant, Algorithm algorithm, Optional<Duration> window) {
    if (algorithm == Algorithm.CONCURRENCY) {
      return Duration.ZERO;
    }
    return window.orElseThrow(() -> new Unclear("Per which window for " + tenant.tenant() + "?"));
  }

  private static Limit rated(Limit limit, long requests, long burst) {
    return new Limit(
        limit.name(),
        limit.match(),
        limit.key(),
        limit.algorithm(),
        requests,
        limit.window(),
        Math.max(1, burst),
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
  private static String name(TenantPolicy tenant, Change change) {
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
