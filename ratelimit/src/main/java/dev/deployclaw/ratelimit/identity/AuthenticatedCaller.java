package dev.deployclaw.ratelimit.identity;

import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.ratelimit.token.TokenVerification;
import java.util.Map;
import java.util.Optional;

/**
 * What is proven of who asks.
 *
 * @param probe where the request is synthetic: its verified token names the tenant, too
 * @param bearers what the request's bearer token comes to, by gateway's identity
 */
public record AuthenticatedCaller(Optional<ProbeToken> probe, Map<Claim, TokenVerification> bearers)
    implements ResolvedTenant.Proofs {
  /** Of whom nothing is proven, and nothing needs to be. */
  public static final AuthenticatedCaller ANYBODY =
      new AuthenticatedCaller(Optional.empty(), Map.of());

  /** A probe is answered like everybody else where tokens can't be checked at all. */
  @Override
  public TokenVerification of(Claim claim) {
    var bearer = bearers.getOrDefault(claim, new TokenVerification.Unknown("token-not-read"));
    return probe.isPresent() && !(bearer instanceof TokenVerification.Unknown)
        ? new TokenVerification.Proven(probe.get().tenant())
        : bearer;
  }
}
