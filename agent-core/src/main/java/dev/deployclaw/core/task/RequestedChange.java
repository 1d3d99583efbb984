package dev.deployclaw.core.task;

import dev.deployclaw.policy.model.BackendFailureMode;
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
 * @param scale the factor as a decimal number as written or derived ("1.5")
 * @param from the tenant whose policy is copied
 */
public record RequestedChange(
    Who who,
    Optional<String> service,
    Optional<String> route,
    Optional<String> method,
    Optional<String> limit,
    Settings set,
    Optional<BigDecimal> scale,
    Optional<String> from) {

  /** The same for these tenants. */
  public RequestedChange with(Who whom) {
    return new RequestedChange(whom, service, route, method, limit, set, scale, from);
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

  /** What is set; what is absent stays as it is. */
  public record Settings(
      Optional<Long> requests,
      Optional<Long> windowSeconds,
      Optional<Long> burst,
      Optional<LimitAlgorithm> algorithm,
      Optional<EnforcementMode> mode,
      Optional<BackendFailureMode> onBackendFailure) {
    public static final Settings NONE =
        new Settings(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
  }
}
