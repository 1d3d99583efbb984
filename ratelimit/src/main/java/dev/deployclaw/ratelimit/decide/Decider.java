package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.decide.Decision;
import dev.deployclaw.policy.model.BackendFailure;
import dev.deployclaw.policy.redis.Claim;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.DecideReply.NeedEpoch;
import dev.deployclaw.policy.redis.DecideReply.NeedRules;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.ratelimit.decide.Merger.Share;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.feed.View;
import dev.deployclaw.ratelimit.redis.Shards;
import dev.deployclaw.ratelimit.redis.Unavailable;
import dev.deployclaw.ratelimit.token.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides a gateway's question: who asks, what limits apply under each set that is held, one call
 * to Redis, and the answer. Every question gets an answer. Belongs to one event loop.
 */
public final class Decider {
  private static final Logger LOG = LoggerFactory.getLogger(Decider.class);
  private static final Duration RELOAD = Duration.ofMillis(500);

  private final Vertx vertx;
  private final PolicyFeed feed;
  private final BackendFailure withoutPolicy;
  private final Askers askers;
  private final Probes probes;
  private final RedisDecisions redis;
  private final Merger merger;
  private final Turnout turnout = new Turnout();

  public Decider(
      Vertx vertx, PolicyFeed feed, Shards shards, Tokens tokens, BackendFailure withoutPolicy) {
    this.vertx = vertx;
    this.feed = feed;
    this.withoutPolicy = withoutPolicy;
    this.askers = new Askers(tokens);
    this.probes = new Probes(vertx, Clock.systemUTC());
    this.redis = new RedisDecisions(shards);
    this.merger = new Merger(redis);
  }

  public Future<Answer> decide(Question question) {
    var view = feed.view();
    return probes
        .token(view, question)
        .compose(probe ->
            askers
                .of(view, question, probe)
                .compose(asker -> decide(new Attempt(view, question, asker, true)))
                .map(a -> probe.isPresent() ? a.with(DecideHeaders.PROBE, "1") : a));
  }

  /**
   * Gives back what a request held under concurrency limits.
   *
   * @return how many places it still held; fails with {@link Unavailable}
   */
  public Future<Long> release(ReleaseCall held) {
    return redis.release(held);
  }

  /** What was decided since this service began, synthetic requests apart. */
  public ServiceUsage usage() {
    return turnout.usage();
  }

  /**
   * @param mayReload whether an unknown epoch may still be waited for
   */
  private record Attempt(View view, Question question, Asker asker, boolean mayReload) {
    Optional<ProbeToken> probe() {
      return asker.probe();
    }

    Claims claims() {
      return Claims.of(view, question, asker);
    }
  }

  private Future<Answer> decide(Attempt attempt) {
    if (attempt.view().held().isEmpty()) {
      return Future.succeededFuture(Answers.failed(withoutPolicy, "no-policy"));
    }
    var claims = attempt.claims();
    var first = claims.first();
    if (first.isEmpty()) {
      return Future.succeededFuture(withoutRedis(attempt, claims, "no-policy"));
    }
    return ask(attempt, first)
        .compose(share -> answer(attempt, claims, share))
        .recover(e -> failed(attempt, claims, e));
  }

  private Future<Share> ask(Attempt attempt, List<Claim> claims) {
    var active = attempt.view().active();
    if (attempt.probe().isEmpty() && attempt.question().units() == 0) {
      return peek(claims, active);
    }
    if (attempt.probe().isEmpty()) {
      return merger.decide(claims, active);
    }
    var at = OptionalLong.of(attempt.probe().get().at());
    var call = Lease.named(new DecideCall(claims, 1, at));
    return redis.decide(call, active).map(reply -> Share.of(reply, call.lease(), 0));
  }

  /** A call for no request at all: it tells how limits stand, and charges nothing. */
  private Future<Share> peek(List<Claim> claims, Optional<Constants> active) {
    return redis
        .decide(new DecideCall(claims, 0, OptionalLong.empty()), active)
        .map(reply -> new Share(reply, reply instanceof Decided d && fits(claims, d), "", 0));
  }

  private static boolean fits(List<Claim> claims, Decided decided) {
    return claims.stream()
        .filter(c -> c.epoch() == decided.epoch())
        .allMatch(c -> fits(c, decided.decision()));
  }

  private static boolean fits(Claim claim, Decision decision) {
    boolean blocked = claim.owners().stream().anyMatch(Claim.Owner::blocked);
    for (int i = 0; i < claim.items().size(); i++) {
      boolean waits = decision.verdicts().get(i).waitMicros() > 0;
      blocked = blocked || (waits && claim.items().get(i).rule().enforced());
    }
    return !blocked;
  }

  private Future<Answer> answer(Attempt attempt, Claims claims, Share share) {
    return switch (share.reply()) {
      case Decided decided -> Future.succeededFuture(answered(attempt, claims, decided, share));
      case NeedEpoch(long epoch) -> atEpoch(attempt, claims, epoch);
      case NeedRules _ -> throw new Unavailable("Redis took no inline rules");
    };
  }

  private Answer answered(Attempt attempt, Claims claims, Decided decided, Share share) {
    return claims
        .claim(decided.epoch())
        .map(claim -> {
          if (attempt.probe().isEmpty() && attempt.question().units() > 0) {
            turnout.note(claim, decided.decision(), share.admitted());
          }
          return Answers.decided(claim, decided, share);
        })
        .orElseThrow(() -> new Unavailable("Redis decided by an epoch that wasn't asked"));
  }

  /** Redis is at an epoch that wasn't in the call: another root group, or a set to be loaded. */
  private Future<Answer> atEpoch(Attempt attempt, Claims claims, long epoch) {
    var stranger = claims.stranger(epoch);
    if (stranger.isPresent()) {
      return Future.succeededFuture(Answers.stranger(stranger.get()));
    }
    var claim = claims.claim(epoch);
    if (claim.isPresent()) {
      return ask(attempt, claims.sharing(claim.get().root()))
          .map(share -> {
            if (share.reply() instanceof Decided decided) {
              return answered(attempt, claims, decided, share);
            }
            throw new Unavailable("Redis' primaries are at several epochs");
          });
    }
    if (!attempt.mayReload()) {
      throw new Unavailable("Redis is at an unknown epoch");
    }
    var fresh = feed.refreshed().orTimeout(RELOAD.toMillis(), TimeUnit.MILLISECONDS);
    return Future.fromCompletionStage(fresh, vertx.getOrCreateContext())
        .compose(view ->
            askers
                .of(view, attempt.question(), attempt.probe())
                .compose(asker -> decide(new Attempt(view, attempt.question(), asker, false))));
  }

  private Future<Answer> failed(Attempt attempt, Claims claims, Throwable cause) {
    if (!(cause instanceof Unavailable || cause instanceof TimeoutException)) {
      LOG.atError().setMessage("a decision failed").setCause(cause).log();
    }
    String reason = String.valueOf(cause.getMessage());
    return Future.succeededFuture(withoutRedis(attempt, claims, reason));
  }

  /** What the committed set says by itself; an open change's has no say. */
  private Answer withoutRedis(Attempt attempt, Claims claims, String reason) {
    var stranger = claims.stranger(claims.committed());
    if (stranger.isPresent()) {
      return Answers.stranger(stranger.get());
    }
    return claims
        .claim(claims.committed())
        .flatMap(claim ->
            attempt
                .view()
                .epoch(claim.epoch())
                .map(held -> Answers.failed(claim, held.set(), reason)))
        .orElseGet(() -> Answers.failed(withoutPolicy, reason));
  }
}
