package dev.deployclaw.ratelimit;

import dev.deployclaw.ratelimit.listen.Access;
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
public record Fronts(
    HeaderStyle headers,
    OptionalInt grpcPort,
    TokenSettings tokens,
    Access access,
    int headerValues) {
  /** How many values of a header are told apart unless said otherwise. */
  public static final int USUAL_HEADER_VALUES = 10_000;

  public static final Fronts HTTP =
      new Fronts(HeaderStyle.BOTH, OptionalInt.empty(), TokenSettings.NONE);

  /** For everybody who reaches host and port. */
  public Fronts(HeaderStyle headers, OptionalInt grpcPort, TokenSettings tokens) {
    this(headers, grpcPort, tokens, Access.OPEN);
  }

  /** With the usual bound of header values. */
  public Fronts(HeaderStyle headers, OptionalInt grpcPort, TokenSettings tokens, Access access) {
    this(headers, grpcPort, tokens, access, USUAL_HEADER_VALUES);
  }

  /** How many listeners there are. */
  int listeners() {
    return access.listeners() + (grpcPort.isPresent() ? 1 : 0);
  }
}
