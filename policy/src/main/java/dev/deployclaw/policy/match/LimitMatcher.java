package dev.deployclaw.policy.match;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which limits a request must pass.
 *
 * <p><b>Every limit whose match covers the request applies</b>, those of the tenant and those of
 * all groups above it, and the request passes only if all of them admit it. So a limit can only
 * tighten, never lift, what another one says; a limit of a group is never replaced by a tenant's.
 *
 * <p><b>Precedence</b> has one rule, for routes: of the limits of one policy that name a route and
 * have the same service, method and key, only those with the most specific covering route apply
 * ({@link RoutePattern#MOST_SPECIFIC_FIRST}), as with the locations of a gateway. {@code
 * /search/export} takes its requests out of {@code /search}. A limit that names no route takes no
 * part in this: it caps all that it covers. ({@code route: "*"} does take part: it is the default
 * for the paths without a route of their own.) Two limits with the same match both apply, for
 * example one a second and one a day.
 *
 * <p>A change names a limit by its match, so it always finds the limit that decides for exactly
 * these requests.
 */
public final class LimitMatcher {
  private LimitMatcher() {}

  /**
   * The limits to pass, in the order tenant, group, group of the group, each in the order of its
   * policy. Empty when nothing limits the request or the tenant is unknown.
   */
  public static List<AppliedLimit> applied(PolicySet set, String tenant, RequestShape request) {
    var applied = new ArrayList<AppliedLimit>();
    for (var policy : TenantHierarchy.chain(set, tenant)) {
      for (Limit limit : applying(policy.limits(), request)) {
        applied.add(new AppliedLimit(policy.tenant(), limit));
      }
    }
    return applied;
  }

  /** The limits of one policy that apply to a request. */
  public static List<Limit> applying(List<Limit> limits, RequestShape request) {
    var covering = new ArrayList<Limit>(limits.size());
    for (Limit limit : limits) {
      if (covers(limit.match(), request)) {
        covering.add(limit);
      }
    }
    return covering.size() < 2
        ? covering
        : covering.stream().filter(l -> !replaced(l, covering)).toList();
  }

  public static boolean covers(RequestMatch match, RequestShape request) {
    return match.service().map(s -> s.equals(request.service())).orElse(true)
        && match.method().map(m -> m.equals(request.method())).orElse(true)
        && match.route().map(r -> new RoutePattern(r).covers(request.path())).orElse(true);
  }

  /** Whether {@code wide} surely covers all that {@code narrow} covers. */
  public static boolean includes(RequestMatch wide, RequestMatch narrow) {
    return (wide.service().isEmpty() || wide.service().equals(narrow.service()))
        && (wide.method().isEmpty() || wide.method().equals(narrow.method()))
        && (wide.route().isEmpty()
            || narrow.route().filter(n -> pattern(wide).includes(new RoutePattern(n))).isPresent());
  }

  /** Whether {@code winner} takes from {@code loser} the requests that both cover. */
  public static boolean replaces(Limit winner, Limit loser) {
    return winner.match().route().isPresent()
        && loser.match().route().isPresent()
        && Rivals.of(winner).equals(Rivals.of(loser))
        && RoutePattern.MOST_SPECIFIC_FIRST.compare(pattern(winner.match()), pattern(loser.match()))
            < 0;
  }

  private static boolean replaced(Limit limit, List<Limit> covering) {
    return covering.stream().anyMatch(other -> replaces(other, limit));
  }

  private static RoutePattern pattern(RequestMatch match) {
    return new RoutePattern(match.route().orElseThrow());
  }

  /** What limits must share for one to take precedence over the other. */
  private record Rivals(
      Optional<String> service, Optional<String> method, List<CounterKeyPart> key) {
    static Rivals of(Limit limit) {
      return new Rivals(limit.match().service(), limit.match().method(), limit.key());
    }
  }
}
