package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.DecideReply.NeedEpoch;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.ReleaseCall;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.Share;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.SharedResponse;
import dev.deployclaw.ratelimit.feed.PolicyFeed;
import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import dev.deployclaw.ratelimit.identity.AuthenticatedCaller;
import dev.deployclaw.ratelimit.identity.CallerAuthenticator;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import dev.deployclaw.ratelimit.identity.ProbeTokenVerifier;
import dev.deployclaw.ratelimit.redis.RedisUnavailableException;
import dev.deployclaw.ratelimit.redis.ShardRouter;
import dev.deployclaw.ratelimit.token.BearerTokenVerifier;
import io.vertx.core.Completable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides a gateway's question: who asks, what limits apply under each set that is held, one call
 * to Redis, and the answer. Every question gets an answer, however long Redis takes. Belongs to one
 * event loop.
 */
public final class RateLimitDecider {
  private static final Logger LOG = LoggerFactory.getLogger(RateLimitDecider.class);
  private static final Duration RELOAD = Duration.ofMillis(500);
  private static final String LATE = "Redis didn't answer in time";

  private final Vertx vertx;
  private final PolicyFeed feed;
  private final BackendFailureMode withoutPolicy;
  private final CallerAuthenticator askers;
  private final ProbeTokenVerifier probes;
  private final RedisDecisionClient redis;
  private final RequestCoalescer merger;
  private final QuotaLeases leases;
  private final MatchCache recalled;
  private final HeaderCardinality headerValues;
  private final UsageCounters turnout;
  private final DecisionDeadlines deadlines;

  public RateLimitDecider(
      Vertx vertx,
      PolicyFeed feed,
      ShardRouter shards,
      BearerTokenVerifier tokens,
      DeciderBounds bounds) {
    this.vertx = vertx;
    this.feed = feed;
    this.withoutPolicy = bounds.withoutPolicy();
    this.headerValues = bounds.headerValues();
    this.turnout = new UsageCounters(bounds.share(UsageCounters.MOST_LIMITS));
    this.recalled = MatchCache.within(bounds.heap());
    this.askers = new CallerAuthenticator(tokens);
    this.probes = new ProbeTokenVerifier(vertx, Clock.systemUTC());
    this.redis = new RedisDecisionClient(shards);
    this.merger = new RequestCoalescer(redis);
    this.leases =
        new QuotaLeases(
            redis::ahead, merger::decide, System::nanoTime, QuotaLeases.mostKeys(bounds.heap()));
    this.deadlines = new DecisionDeadlines(vertx, shards.timeout());
  }

  public Future<DecisionResponse> decide(DecisionRequest question) {
    var view = feed.view();
    if (!question.token().isEmpty()) {
      return probes
          .token(view, question)
          .compose(probe ->
              decide(view, question, probe)
                  .map(a -> probe.isPresent() ? a.with(DecideHeaders.PROBE, "1") : a));
    }
    var known = recalled.of(view, question);
    return known.isPresent()
        ? decide(Attempt.first(view, question, AuthenticatedCaller.ANYBODY, known.get()))
        : decide(view, question, Optional.empty());
  }

  /**
   * Charges a number of equal requests ahead, as many of them as fit, for somebody else to admit
   * while the lease lasts. They count as use when they are reported. Where a limit has no lease
   * that lasts long enough, none is charged.
   *
   * @param question one of them, without a token
   */
  public Future<LeaseGrant> lease(DecisionRequest question, long requests) {
    var view = feed.view();
    var order = new LeaseOrder(requests);
    return askers
        .of(view, question, Optional.empty())
        .compose(asker ->
            decide(
                Attempt.first(view, question, asker, matched(view, question, asker)).with(order)))
        .map(order::grant);
  }

  /**
   * Counts what somebody else decided by a lease. Every enforced limit counts what was refused.
   *
   * @param question one of the requests
   */
  public void report(DecisionRequest question, long allowed, long refused) {
    var view = feed.view();
    var _ =
        askers
            .of(view, question, Optional.empty())
            .onSuccess(asker ->
                matched(view, question, asker)
                    .claims()
                    .committedClaim()
                    .ifPresent(claim -> turnout.report(claim, allowed, refused)));
  }

  private Future<DecisionResponse> decide(
      PolicySnapshot view, DecisionRequest question, Optional<ProbeToken> probe) {
    return askers
        .of(view, question, probe)
        .compose(
            asker -> decide(Attempt.first(view, question, asker, matched(view, question, asker))));
  }

  private MatchedRequest matched(
      PolicySnapshot view, DecisionRequest question, AuthenticatedCaller asker) {
    return asker.equals(AuthenticatedCaller.ANYBODY)
        ? recalled.keep(view, question, q -> matching(view, q, asker))
        : matching(view, question, asker);
  }

  private MatchedRequest matching(
      PolicySnapshot view, DecisionRequest question, AuthenticatedCaller asker) {
    return new MatchedRequest(EpochCharges.of(view, question, asker, headerValues), view.active());
  }

  /**
   * Gives back what a request held under concurrency limits.
   *
   * @return how many places it still held; fails with {@link RedisUnavailableException}
   */
  public Future<Long> release(ReleaseCall held) {
    return redis.release(held);
  }

  /** What was decided since this service began, synthetic requests apart. */
  public ServiceUsage usage() {
    leases.forget(feed.view());
    return turnout.usage(leases.usage());
  }

  /**
   * @param mayReload whether an unknown epoch may still be waited for
   * @param order where requests are charged ahead for somebody else
   */
  private record Attempt(
      PolicySnapshot view,
      DecisionRequest question,
      AuthenticatedCaller asker,
      MatchedRequest matched,
      boolean mayReload,
      Optional<LeaseOrder> order) {
    static Attempt first(
        PolicySnapshot view,
        DecisionRequest question,
        AuthenticatedCaller asker,
        MatchedRequest matched) {
      return new Attempt(view, question, asker, matched, true, Optional.empty());
    }

    Attempt with(LeaseOrder ahead) {
      return new Attempt(view, question, asker, matched, mayReload, Optional.of(ahead));
    }

    /** The second and last one. */
    Attempt again(PolicySnapshot now, AuthenticatedCaller proven, MatchedRequest fresh) {
      return new Attempt(now, question, proven, fresh, false, order);
    }

    Optional<ProbeToken> probe() {
      return asker.probe();
    }

    EpochCharges claims() {
      return matched.claims();
    }
  }

  private Future<DecisionResponse> decide(Attempt attempt) {
    if (attempt.view().held().isEmpty()) {
      return Future.succeededFuture(DecisionResponseFactory.failed(withoutPolicy, "no-policy"));
    }
    var first = attempt.matched().first();
    if (first.isEmpty()) {
      return Future.succeededFuture(withoutRedis(attempt, "no-policy"));
    }
    Promise<DecisionResponse> answer = Promise.promise();
    ask(attempt, first.get(), (share, failure) -> settle(attempt, share, failure, answer));
    if (attempt.mayReload()) {
      deadlines.bound(answer, () -> withoutRedis(attempt, LATE));
    }
    return answer.future();
  }

  /** Ends the answer; nearly always Redis decided, and nothing more is to be asked. */
  private void settle(
      Attempt attempt,
      @Nullable Share share,
      @Nullable Throwable failure,
      Promise<DecisionResponse> answer) {
    DecisionResponse told;
    try {
      if (share != null && !(share.reply() instanceof Decided)) {
        undecided(attempt, share)
            .onComplete((later, e) -> answer.tryComplete(e == null ? later : failed(attempt, e)));
        return;
      }
      told =
          share != null && share.reply() instanceof Decided decided
              ? answered(attempt, decided, share)
              : failed(attempt, Objects.requireNonNull(failure));
    } catch (RuntimeException e) {
      told = failed(attempt, e);
    }
    answer.tryComplete(told);
  }

  private void ask(Attempt attempt, CoalescibleCall one, Completable<Share> then) {
    boolean plain = attempt.probe().isEmpty() && attempt.order().isEmpty();
    if (plain && attempt.question().units() > 0 && one.leases().isEmpty()) {
      merger.decide(one, then);
    } else {
      ask(attempt, one, attempt.claims().committed()).onComplete(then);
    }
  }

  /**
   * @param epoch that Redis is expected to decide by
   */
  private Future<Share> ask(Attempt attempt, CoalescibleCall one, long epoch) {
    var active = attempt.view().active();
    var claims = one.call().claims();
    if (attempt.probe().isPresent()) {
      var at = OptionalLong.of(attempt.probe().get().at());
      var call = RedisDecisionClient.named(new DecideCall(claims, 1, at));
      return redis.decide(call, active).map(reply -> Share.alone(reply, call.lease()));
    }
    if (attempt.order().isPresent()) {
      var order = attempt.order().get();
      return order
          .charging(one, epoch)
          .map(charging -> order.send(redis, charging))
          .orElseGet(() -> peek(claims, active).map(share -> order.noted(share, claims)));
    }
    long units = attempt.question().units();
    var now = feed.view();
    if (units == 1 && !one.leases().isEmpty() && attempt.view().equals(now)) {
      return leases.decide(now, one);
    }
    return units == 0 ? peek(claims, active) : merger.decide(one);
  }

  /** A call for no request at all: it tells how limits stand, and charges nothing. */
  private Future<Share> peek(List<RequestCharges> claims, Optional<Constants> active) {
    return redis
        .decide(new DecideCall(claims, 0, OptionalLong.empty()), active)
        .map(reply -> {
          boolean fits = reply instanceof Decided d && fits(claims, d);
          return new Share(reply, fits, "", 0, new SharedResponse());
        });
  }

  private static boolean fits(List<RequestCharges> claims, Decided decided) {
    return claims.stream()
        .filter(c -> c.epoch() == decided.epoch())
        .allMatch(c -> fits(c, decided.decision()));
  }

  private static boolean fits(RequestCharges claim, AdmissionDecision decision) {
    boolean blocked = claim.owners().stream().anyMatch(RequestCharges.Owner::blocked);
    for (int i = 0; i < claim.items().size(); i++) {
      boolean waits = decision.verdicts().get(i).waitMicros() > 0;
      blocked = blocked || (waits && claim.items().get(i).rule().enforced());
    }
    return !blocked;
  }

  private Future<DecisionResponse> undecided(Attempt attempt, Share share) {
    if (share.reply() instanceof NeedEpoch(long epoch)) {
      return atEpoch(attempt, epoch);
    }
    throw new RedisUnavailableException("Redis didn't accept the inline rules");
  }

  private DecisionResponse answered(Attempt attempt, Decided decided, Share share) {
    var shown = attempt.matched().shown(decided.epoch());
    if (shown.isEmpty()) {
      throw new RedisUnavailableException("Redis decided by an epoch that wasn't requested");
    }
    boolean counts = attempt.probe().isEmpty() && attempt.order().isEmpty();
    if (counts && attempt.question().units() > 0) {
      var counted = attempt.matched().counts(turnout::of);
      turnout.note(shown.get().claim(), counted, decided.decision(), share.admitted());
    }
    return share.answer(() -> DecisionResponseFactory.decided(shown.get(), decided, share));
  }

  /** Redis is at an epoch that wasn't in the call: another root group, or a set to be loaded. */
  private Future<DecisionResponse> atEpoch(Attempt attempt, long epoch) {
    var claims = attempt.claims();
    var stranger = claims.stranger(epoch);
    if (stranger.isPresent()) {
      return Future.succeededFuture(DecisionResponseFactory.stranger(stranger.get()));
    }
    var claim = claims.claim(epoch);
    if (claim.isPresent()) {
      var others = claims.sharing(claim.get().root());
      return ask(attempt, CoalescibleCall.of(others, attempt.view().active()), epoch)
          .map(share -> {
            if (share.reply() instanceof Decided decided) {
              return answered(attempt, decided, share);
            }
            throw new RedisUnavailableException("Redis' primaries are at several epochs");
          });
    }
    if (!attempt.mayReload()) {
      throw new RedisUnavailableException("Redis is at an unknown epoch");
    }
    var fresh = feed.refreshed().orTimeout(RELOAD.toMillis(), TimeUnit.MILLISECONDS);
    return Future.fromCompletionStage(fresh, vertx.getOrCreateContext())
        .compose(view ->
            askers
                .of(view, attempt.question(), attempt.probe())
                .compose(asker -> {
                  var matched = matched(view, attempt.question(), asker);
                  return decide(attempt.again(view, asker, matched));
                }));
  }

  private DecisionResponse failed(Attempt attempt, Throwable cause) {
    if (!(cause instanceof RedisUnavailableException || cause instanceof TimeoutException)) {
      LOG.atError().setCause(cause).log("a decision failed");
    }
    return withoutRedis(attempt, String.valueOf(cause.getMessage()));
  }

  /** What the committed set says by itself; an open change's has no say. */
  private DecisionResponse withoutRedis(Attempt attempt, String reason) {
    var claims = attempt.claims();
    var stranger = claims.stranger(claims.committed());
    if (stranger.isPresent()) {
      return DecisionResponseFactory.stranger(stranger.get());
    }
    return claims
        .claim(claims.committed())
        .flatMap(claim ->
            attempt
                .view()
                .epoch(claim.epoch())
                .map(held -> DecisionResponseFactory.failed(claim, held.set(), reason)))
        .orElseGet(() -> DecisionResponseFactory.failed(withoutPolicy, reason));
  }
}
