package dev.deployclaw.policy.match;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A limit of a tenant or of a group above it, and why it applies to a request or doesn't.
 *
 * @param owner the tenant or group in whose policy the limit stands
 */
public record LimitExplanation(String owner, Limit limit, Why why) {

  /** Why a limit applies to a request, or doesn't. */
  public sealed interface Why {
    /** It must be passed. */
    record Applies() implements Why {}

    /** It covers the request, but a limit of the same policy names a more specific route. */
    record Replaced(String by) implements Why {}

    /**
     * It doesn't cover the request.
     *
     * @param part of the match that the request doesn't have: {@code service}, {@code route} or
     *     {@code method}
     */
    record Elsewhere(String part) implements Why {}
  }

  /**
   * All limits of a tenant and its groups, in the order of {@link LimitMatcher#applied}: those that
   * it calls applied are {@link Why.Applies} here. Empty for an unknown tenant.
   */
  public static List<LimitExplanation> of(PolicySet set, String tenant, RequestShape request) {
    var out = new ArrayList<LimitExplanation>();
    for (var policy : TenantHierarchy.chain(set, tenant)) {
      for (Limit limit : policy.limits()) {
        out.add(new LimitExplanation(policy.tenant(), limit, why(limit, policy.limits(), request)));
      }
    }
    return out;
  }

  public boolean applies() {
    return why instanceof Why.Applies;
  }

  private static Why why(Limit limit, List<Limit> all, RequestShape request) {
    var part = elsewhere(limit.match(), request);
    if (part.isPresent()) {
      return new Why.Elsewhere(part.get());
    }
    return all.stream()
        .filter(other -> LimitMatcher.covers(other.match(), request))
        .filter(other -> LimitMatcher.replaces(other, limit))
        .findFirst()
        .<Why>map(winner -> new Why.Replaced(winner.name()))
        .orElseGet(Why.Applies::new);
  }

  private static Optional<String> elsewhere(RequestMatch match, RequestShape request) {
    if (LimitMatcher.covers(match, request)) {
      return Optional.empty();
    }
    if (!LimitMatcher.covers(
        new RequestMatch(match.service(), Optional.empty(), Optional.empty()), request)) {
      return Optional.of("service");
    }
    var route = new RequestMatch(Optional.empty(), match.route(), Optional.empty());
    return Optional.of(LimitMatcher.covers(route, request) ? "method" : "route");
  }
}
