package dev.deployclaw.core.query;

import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.CounterKeyPart;
import java.util.Map;
import java.util.Optional;

/**
 * A request as a client would send it, about which {@code QueryService.check} is asked.
 *
 * @param client the client's address; empty where it isn't given, and then counters that are apart
 *     for each address aren't read
 * @param headers by lower-case name; one that isn't there counts as the empty value, as in a
 *     request
 */
public record ClientRequest(
    String tenant, RequestShape shape, Optional<String> client, Map<String, String> headers) {
  public ClientRequest {
    headers = Map.copyOf(headers);
  }

  /** Whether the counter of a limit with this key is known. */
  boolean tells(CounterKeyPart part) {
    return !(part instanceof CounterKeyPart.ClientAddress) || client.isPresent();
  }

  String attribute(CounterKeyPart part) {
    return switch (part) {
      case CounterKeyPart.ClientAddress() -> client.orElse("");
      case CounterKeyPart.Header(String name) -> headers.getOrDefault(name, "");
    };
  }
}
