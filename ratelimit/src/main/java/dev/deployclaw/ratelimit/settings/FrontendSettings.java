package dev.deployclaw.ratelimit.settings;

import dev.deployclaw.ratelimit.listener.AccessSettings;
import dev.deployclaw.ratelimit.token.TokenSettings;
import java.util.OptionalInt;

/**
 * How gateways and clients are spoken to.
 *
 * @param headers in which clients are told what is left
 * @param grpcPort where Envoy's protocol is answered, 0 for any free one; empty for nowhere
 * @param tokens with what clients' bearer tokens are verified
 * @param access who may ask for what
 * @param headerValues how many values of one header of a tenant get a counter of their own
 */
public record FrontendSettings(
    HeaderStyle headers,
    OptionalInt grpcPort,
    TokenSettings tokens,
    AccessSettings access,
    int headerValues) {
  /** How many values of a header are told apart unless said otherwise. */
  public static final int USUAL_HEADER_VALUES = 10_000;

  public static final FrontendSettings HTTP =
      new FrontendSettings(
          HeaderStyle.BOTH,
          OptionalInt.empty(),
          TokenSettings.NONE,
          AccessSettings.OPEN,
          FrontendSettings.USUAL_HEADER_VALUES);

  /** How many listeners there are. */
  public int listeners() {
    return access.listeners() + (grpcPort.isPresent() ? 1 : 0);
  }
}
