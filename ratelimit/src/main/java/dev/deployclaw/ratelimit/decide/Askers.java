package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.ratelimit.feed.View;
import dev.deployclaw.ratelimit.token.Tokens;
import io.vertx.core.Future;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds out what is proven of who asks. Most gateways don't go by tokens: none is read then. */
record Askers(Tokens tokens) {
  Future<Asker> of(View view, Question question, Optional<ProbeToken> probe) {
    var identities = identities(view, question.gateway());
    if (identities.isEmpty()) {
      return Future.succeededFuture(probe.isEmpty() ? Asker.ANYBODY : new Asker(probe, Map.of()));
    }
    String shown = probe.isPresent() ? "" : question.header().apply(DecideHeaders.AUTHORIZATION);
    return tokens
        .read(identities, shown, question.client())
        .map(bearers -> new Asker(probe, bearers));
  }

  /** What a token is read for, under each set that is held. */
  private static Set<Claim> identities(View view, String gateway) {
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
