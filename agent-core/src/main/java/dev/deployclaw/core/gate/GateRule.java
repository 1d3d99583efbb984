package dev.deployclaw.core.gate;

import java.util.Collection;
import java.util.List;

/**
 * One rule of the written policy at the gate. Whatever a rule says, what {@link GatePolicy} always
 * holds is held.
 *
 * @param name for the log, unique in its policy
 * @param about which changes it speaks of
 * @param says what it says of them
 * @param approvers who may approve a change that it speaks of, as patterns; empty for everybody
 */
public record GateRule(String name, About about, Says says, List<String> approvers) {
  public GateRule {
    approvers = List.copyOf(approvers);
  }

  public enum Says {
    /** It goes on by itself, if the rule covers all of it and no rule that holds touches it. */
    PASS,
    /** It waits for an approval, if the rule touches any of it. */
    HOLD
  }

  /**
   * Which changes. Each part that is empty speaks of all; a pattern is a name, or how names begin
   * and a {@code *}.
   *
   * @param operations by their words, for example {@code set-limit}
   * @param requesters patterns of who asked
   * @param tenants patterns of tenants and groups
   * @param services patterns of services; a limit over all services is {@code *}
   * @param mostTenants for a rule that passes: the most tenants that may change; for one that
   *     holds: it speaks of changes of more than these. 0 for no bound
   */
  public record About(
      List<String> operations,
      List<String> requesters,
      List<String> tenants,
      List<String> services,
      int mostTenants) {
    public static final About EVERYTHING = new About(List.of(), List.of(), List.of(), List.of(), 0);

    public About {
      operations = List.copyOf(operations);
      requesters = List.copyOf(requesters);
      tenants = List.copyOf(tenants);
      services = List.copyOf(services);
    }
  }

  /** Whether it has a say. Of what puts back what stood before it speaks where it names that. */
  boolean speaksOf(String requester, ChangeScope scope) {
    boolean named =
        says == Says.PASS
            ? about.operations().containsAll(scope.operations()) && !scope.operations().isEmpty()
            : about.operations().stream().anyMatch(scope.operations()::contains);
    boolean asked =
        (named || (about.operations().isEmpty() && !GatePolicy.putsBack(scope)))
            && (about.requesters().isEmpty() || fits(about.requesters(), requester));
    return asked
        && switch (says) {
          case PASS -> covers(scope);
          case HOLD -> touches(scope);
        };
  }

  boolean admits(String who) {
    return approvers.isEmpty() || fits(approvers, who);
  }

  private boolean covers(ChangeScope scope) {
    return !scope.unknown()
        && all(about.tenants(), scope.tenants())
        && all(about.services(), scope.services())
        && (about.mostTenants() == 0 || scope.tenants().size() <= about.mostTenants());
  }

  private boolean touches(ChangeScope scope) {
    return any(about.tenants(), scope.tenants())
        && any(about.services(), scope.services())
        && (about.mostTenants() == 0
            || scope.unknown()
            || scope.tenants().size() > about.mostTenants());
  }

  /** A rule that names some covers nothing where a change says of none which it reaches. */
  private static boolean all(List<String> patterns, Collection<String> names) {
    return patterns.isEmpty()
        || (!names.isEmpty() && names.stream().allMatch(name -> fits(patterns, name)));
  }

  private static boolean any(List<String> patterns, Collection<String> names) {
    return patterns.isEmpty()
        || names.stream().anyMatch(name -> patterns.stream().anyMatch(p -> overlap(p, name)));
  }

  /** A limit's service may be a pattern, too, and touches each that it may stand for. */
  private static boolean overlap(String pattern, String name) {
    int star = name.indexOf('*');
    if (star < 0) {
      return fits(pattern, name);
    }
    String begins = name.substring(0, star);
    String wanted = pattern.endsWith("*") ? pattern.substring(0, pattern.length() - 1) : pattern;
    return wanted.startsWith(begins) || (pattern.endsWith("*") && begins.startsWith(wanted));
  }

  private static boolean fits(List<String> patterns, String name) {
    return patterns.stream().anyMatch(pattern -> fits(pattern, name));
  }

  private static boolean fits(String pattern, String name) {
    return pattern.endsWith("*")
        ? name.startsWith(pattern.substring(0, pattern.length() - 1))
        : pattern.equals(name);
  }
}
