package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.EpochSet;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.ratelimit.decide.Identified.Known;
import dev.deployclaw.ratelimit.feed.View;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;

/**
 * Tells synthetic requests from others. A signature costs most of a millisecond, so it is checked
 * off the event loop, few at a time: beyond that, and for any token that isn't valid for exactly
 * this request, the request is an ordinary one. Belongs to one event loop.
 */
final class Probes {
  private static final int MOST_UNDER_WAY = 64;

  private final Vertx vertx;
  private final Clock clock;
  private int underWay;

  Probes(Vertx vertx, Clock clock) {
    this.vertx = vertx;
    this.clock = clock;
  }

  Future<Optional<ProbeToken>> token(View view, Question question) {
    if (question.token().isEmpty() || underWay >= MOST_UNDER_WAY) {
      return Future.succeededFuture(Optional.empty());
    }
    underWay++;
    Callable<Optional<ProbeToken>> check = () -> verified(view, question);
    return vertx
        .executeBlocking(check, false)
        .onComplete(_ -> underWay--)
        .map(found -> Objects.requireNonNullElse(found, Optional.empty()));
  }

  /** By the key of any set that is held: the agent may change it with an epoch. */
  private Optional<ProbeToken> verified(View view, Question question) {
    return view.held().stream()
        .map(EpochSet::set)
        .map(PolicySet::probeKey)
        .distinct()
        .flatMap(key -> ProbeToken.verify(question.token(), key, clock.instant()).stream())
        .filter(token -> view.held().stream().anyMatch(h -> isFor(token, h.set(), question)))
        .findFirst();
  }

  private static boolean isFor(ProbeToken token, PolicySet set, Question question) {
    return Identified.of(set, question) instanceof Known(var tenant, var shape)
        && token.tenant().equals(tenant)
        && token.service().equals(shape.service())
        && token.route().equals(shape.path())
        && token.method().equals(shape.method());
  }
}
