package dev.deployclaw.core.runtime;

import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.KeyPart;
import java.util.Map;
import java.util.Optional;

/**
 * A request as a client would send it, about which {@link Architect#check} is asked.
 *
 * @param client the client's address; empty where it isn't given, and then counters that are apart
 *     for each address aren't read
 * @param headers by lower-case name; one that isn't there counts as the empty value, as in a
 *     request
 */
public record ClientQuestion(
    String tenant, RequestShape shape, Optional<String> client, Map<String, String> headers) {
  public ClientQuestion {
    headers = Map.copyOf(headers);
  }

  /** Whether the counter of a limit with this key is known. */
  boolean tells(KeyPart part) {
    return !(part instanceof KeyPart.ClientAddress) || client.isPresent();
  }

  String attribute(KeyPart part) {
    return switch (part) {
      case KeyPart.ClientAddress() -> client.orElse("");
      case KeyPart.Header(String name) -> headers.getOrDefault(name, "");
    };
  }
}
