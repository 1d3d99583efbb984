package dev.deployclaw.ratelimit.identity;

import dev.deployclaw.policy.model.CounterKeyPart;
import java.util.function.UnaryOperator;

/**
 * What a gateway asks about: the client's request as the gateway passed it on.
 *
 * @param gateway by its name in the policy set
 * @param client address
 * @param token of a synthetic request; empty for none
 * @param units how many ordinary requests it counts for; 0 asks without a charge
 * @param header the client's header by lower-case name, the empty value where it is absent
 */
public record DecisionRequest(
    String gateway,
    String host,
    String method,
    String uri,
    String client,
    String token,
    long units,
    UnaryOperator<String> header) {

  /** The same question, without a charge. */
  public DecisionRequest uncharged() {
    return new DecisionRequest(gateway, host, method, uri, client, token, 0, header);
  }

  /** The same question, its headers read through another. */
  public DecisionRequest reading(UnaryOperator<String> through) {
    return new DecisionRequest(gateway, host, method, uri, client, token, units, through);
  }

  public String attribute(CounterKeyPart part) {
    return switch (part) {
      case CounterKeyPart.ClientAddress() -> client;
      case CounterKeyPart.Header(String name) -> header.apply(name);
    };
  }
}
