package dev.deployclaw.ratelimit.identity;

import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import dev.deployclaw.ratelimit.token.BearerTokenVerifier;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds out what is proven of who asks. Most gateways don't go by tokens: none is read then. */
public record CallerAuthenticator(BearerTokenVerifier tokens) {
  public Future<AuthenticatedCaller> of(
      PolicySnapshot view, DecisionRequest question, Optional<ProbeToken> probe) {
    var identities = identities(view, question.gateway());
    if (identities.isEmpty()) {
      return Future.succeededFuture(
          probe.isEmpty() ? AuthenticatedCaller.ANYBODY : new AuthenticatedCaller(probe, Map.of()));
    }
    String shown = probe.isPresent() ? "" : question.header().apply(DecideHeaders.AUTHORIZATION);
    return tokens
        .read(identities, shown, question.client())
        .map(bearers -> new AuthenticatedCaller(probe, bearers));
  }

  /** What a token is read for, under each set that is held. */
  private static Set<Claim> identities(PolicySnapshot view, String gateway) {
    var out = new HashSet<Claim>();
    for (var held : view.held()) {
      var known = held.set().gateways().get(gateway);
      if (known != null && known.identity() instanceof Claim claim) {
        out.add(claim);
      }
    }
    return out;
  }
}
