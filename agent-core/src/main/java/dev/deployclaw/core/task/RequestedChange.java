package dev.deployclaw.core.task;

import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.LimitAlgorithm;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * One change of an intent: who, what, how.
 *
 * @param limit the limit's name
 * @param limitWindowSeconds the window that the limit has before the change, where that tells which
 *     of several is meant
 * @param scale the factor as a decimal number as written or derived ("1.5")
 * @param from the tenant whose policy is copied
 * @param operation where it isn't the intent's own
 */
public record RequestedChange(
    Who who,
    Optional<String> service,
    Optional<String> route,
    Optional<String> method,
    Optional<String> limit,
    Optional<Long> limitWindowSeconds,
    Settings set,
    Optional<BigDecimal> scale,
    Optional<String> from,
    Optional<TaskOperation> operation) {

  /** One of the intent's operation that tells its limit by place or name. */
  public RequestedChange(
      Who who,
      Optional<String> service,
      Optional<String> route,
      Optional<String> method,
      Optional<String> limit,
      Settings set,
      Optional<BigDecimal> scale,
      Optional<String> from) {
    this(who, service, route, method, limit, Optional.empty(), set, scale, from, Optional.empty());
  }

  /** One that says only whom it is about. */
  public static RequestedChange of(Who who) {
    Optional<String> none = Optional.empty();
    return new RequestedChange(who, none, none, none, none, Settings.NONE, Optional.empty(), none);
  }

  /** The same for these tenants. */
  public RequestedChange with(Who whom) {
    return new RequestedChange(
        whom, service, route, method, limit, limitWindowSeconds, set, scale, from, operation);
  }

  /** The same by this operation; empty for the intent's own. */
  public RequestedChange by(Optional<TaskOperation> other) {
    return new RequestedChange(
        who, service, route, method, limit, limitWindowSeconds, set, scale, from, other);
  }

  /** Whether it says which of a tenant's limits is meant: by its name or by its window. */
  public boolean picks() {
    return limit.isPresent() || limitWindowSeconds.isPresent();
  }

  /** Whether it says a place. */
  public boolean placed() {
    return service.isPresent() || route.isPresent() || method.isPresent();
  }

  /** Which tenants: named, by label, or all, less the exceptions. Empty means none were said. */
  public record Who(
      List<String> tenants, SortedMap<String, String> labels, boolean all, List<String> except) {
    public static final Who NOBODY = new Who(List.of(), new TreeMap<>(), false, List.of());

    public Who {
      tenants = List.copyOf(tenants);
      labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
      except = List.copyOf(except);
    }
  }

  /**
   * What is set; what is absent stays as it is.
   *
   * @param key the request attributes that make separate counters
   */
  public record Settings(
      Optional<Long> requests,
      Optional<Long> windowSeconds,
      Optional<Long> burst,
      Optional<LimitAlgorithm> algorithm,
      Optional<EnforcementMode> mode,
      Optional<BackendFailureMode> onBackendFailure,
      Optional<List<CounterKeyPart>> key) {
    public static final Settings NONE =
        new Settings(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    public Settings {
      key = key.map(List::copyOf);
    }

    /** Without a key. */
    public Settings(
        Optional<Long> requests,
        Optional<Long> windowSeconds,
        Optional<Long> burst,
        Optional<LimitAlgorithm> algorithm,
        Optional<EnforcementMode> mode,
        Optional<BackendFailureMode> onBackendFailure) {
      this(requests, windowSeconds, burst, algorithm, mode, onBackendFailure, Optional.empty());
    }
  }
}
