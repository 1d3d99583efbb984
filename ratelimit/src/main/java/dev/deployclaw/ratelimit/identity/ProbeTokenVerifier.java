package dev.deployclaw.ratelimit.identity;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.policy.wire.SignedProbeToken;
import dev.deployclaw.policy.wire.SignedProbeToken.Seal;
import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import dev.deployclaw.ratelimit.identity.ResolvedTenant.Known;
import dev.deployclaw.ratelimit.token.FairCheckQueue;
import dev.deployclaw.ratelimit.token.RecentEntries;
import dev.deployclaw.ratelimit.token.TokenVerification;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

/**
 * Tells synthetic requests from others. One whose token isn't valid for exactly this request is an
 * ordinary one. A seal costs about a millisecond, so it is checked off the event loop, clients
 * taking turns, and remembered: all probes of a run have the same. Belongs to one event loop.
 */
public final class ProbeTokenVerifier {
  private static final int MOST_REMEMBERED = 256;

  /** Seals are few. Forged ones that wait longer than Envoy does would be errors to it. */
  private static final int MOST_WAITING = 64;

  private final FairCheckQueue checks;
  private final Clock clock;

  /** Those under way too. */
  private final Map<Check, Future<Boolean>> known = new RecentEntries<>(MOST_REMEMBERED);

  public ProbeTokenVerifier(Vertx vertx, Clock clock) {
    this.checks = new FairCheckQueue(vertx, MOST_WAITING);
    this.clock = clock;
  }

  /**
   * Whether a seal is by one of these keys.
   *
   * @param keys of all sets that are held: the agent may change it with an epoch
   */
  private record Check(Seal seal, Set<String> keys) {
    boolean passes() {
      return keys.stream().anyMatch(seal::isBy);
    }
  }

  public Future<Optional<ProbeToken>> token(PolicySnapshot view, DecisionRequest question) {
    if (question.token().isEmpty()) {
      return Future.succeededFuture(Optional.empty());
    }
    return SignedProbeToken.read(question.token())
        .filter(signed -> isFor(signed.token(), view, question))
        .map(signed -> believed(signed, view, question.client()))
        .orElseGet(() -> Future.succeededFuture(Optional.empty()));
  }

  private boolean isFor(ProbeToken token, PolicySnapshot view, DecisionRequest question) {
    return token.isLive(clock.instant())
        && view.held().stream().anyMatch(held -> isFor(token, held.set(), question));
  }

  /** The token says whose request it is where the gateway leaves that to tokens. */
  private static boolean isFor(ProbeToken token, PolicySet set, DecisionRequest question) {
    return ResolvedTenant.of(set, question, _ -> new TokenVerification.Proven(token.tenant()))
            instanceof Known(var tenant, var shape)
        && token.tenant().equals(tenant)
        && token.service().equals(shape.service())
        && token.route().equals(shape.path())
        && token.method().equals(shape.method());
  }

  private Future<Optional<ProbeToken>> believed(
      SignedProbeToken signed, PolicySnapshot view, String client) {
    var keys =
        view.held().stream()
            .map(EpochPolicySet::set)
            .map(PolicySet::probeKey)
            .collect(Collectors.toUnmodifiableSet());
    return passes(new Check(signed.seal(), keys), client)
        .map(passed -> passed ? Optional.of(signed.token()) : Optional.empty());
  }

  private Future<Boolean> passes(Check check, String client) {
    var before = known.get(check);
    if (before != null) {
      return before;
    }
    Callable<Boolean> work = check::passes;
    var checking =
        checks
            .check(client, work)
            .map(Boolean.TRUE::equals)
            .onFailure(_ -> known.remove(check))
            .otherwise(false);
    known.put(check, checking);
    return checking;
  }
}
