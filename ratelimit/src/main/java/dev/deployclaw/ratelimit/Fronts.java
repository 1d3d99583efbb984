package dev.deployclaw.ratelimit;

import dev.deployclaw.ratelimit.token.TokenSettings;
import java.util.OptionalInt;

/**
 * How gateways and clients are spoken to.
 *
 * @param headers in which clients are told what is left
 * @param grpcPort where Envoy's protocol is answered, 0 for any free one; empty for nowhere
 * @param tokens with what clients' bearer tokens are verified
 */
public record Fronts(HeaderStyle headers, OptionalInt grpcPort, TokenSettings tokens) {
  public static final Fronts HTTP =
      new Fronts(HeaderStyle.BOTH, OptionalInt.empty(), TokenSettings.NONE);
}
