package dev.deployclaw.policy.redis;

import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.CounterKeyPart;
import java.util.Optional;
import java.util.function.Function;

/**
 * A request as limits see it.
 *
 * @param attributes the value of a key part; the empty value where the request has none
 * @param units how many ordinary requests it counts for
 * @param execution of a synthetic request, whose counters are its execution's own
 */
public record RateLimitedRequest(
    String tenant,
    RequestShape shape,
    Function<CounterKeyPart, String> attributes,
    long units,
    Optional<String> execution) {

  public static RateLimitedRequest ordinary(
      String tenant, RequestShape shape, Function<CounterKeyPart, String> attributes) {
    return new RateLimitedRequest(tenant, shape, attributes, 1, Optional.empty());
  }
}
