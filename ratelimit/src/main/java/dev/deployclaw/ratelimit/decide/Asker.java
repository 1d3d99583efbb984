package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.ratelimit.token.Bearer;
import java.util.Map;
import java.util.Optional;

/**
 * What is proven of who asks.
 *
 * @param probe where the request is synthetic: its verified token names the tenant, too
 * @param bearers what the request's bearer token comes to, by gateway's identity
 */
record Asker(Optional<ProbeToken> probe, Map<Claim, Bearer> bearers) implements Identified.Proofs {
  /** Of whom nothing is proven, and nothing needs to be. */
  static final Asker ANYBODY = new Asker(Optional.empty(), Map.of());

  /** A probe is answered like everybody else where tokens can't be checked at all. */
  @Override
  public Bearer of(Claim claim) {
    var bearer = bearers.getOrDefault(claim, new Bearer.Unknown("token-not-read"));
    return probe.isPresent() && !(bearer instanceof Bearer.Unknown)
        ? new Bearer.Proven(probe.get().tenant())
        : bearer;
  }
}
