package dev.deployclaw.policy.gateway;

import java.util.List;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * What a gateway does with requests before anybody is asked about them.
 *
 * @param trusted addresses or networks of the hops whose tenant header is believed; from others it
 *     is as if they hadn't sent one. Empty where only such hops reach the gateway
 * @param backstop requests a second that each tenant may send through this one gateway, as it names
 *     itself, whatever the rate limit service says or doesn't; empty for any number
 * @param paths which spellings of a path are passed on
 */
public record EdgePolicy(List<String> trusted, OptionalInt backstop, PathStrictness paths) {
  public static final EdgePolicy NONE =
      new EdgePolicy(List.of(), OptionalInt.empty(), PathStrictness.STRICT);

  private static final Pattern NETWORK = Pattern.compile("[0-9A-Fa-f:.]{2,45}(?:/\\d{1,3})?");

  public EdgePolicy {
    trusted = List.copyOf(trusted);
    for (String hop : trusted) {
      if (!NETWORK.matcher(hop).matches()) {
        throw new IllegalArgumentException("trusted isn't an address or network: " + hop);
      }
    }
    if (backstop.isPresent() && backstop.getAsInt() < 1) {
      throw new IllegalArgumentException(
          "backstop is below one request a second: " + backstop.getAsInt());
    }
  }
}
