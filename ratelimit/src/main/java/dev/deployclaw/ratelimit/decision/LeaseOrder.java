package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.Share;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Requests that are to be charged ahead in one call, and what came of it. For one event loop. */
final class LeaseOrder {
  /** Who admits the requests counts whole seconds, and the call takes some of the first one. */
  private static final Duration SHORTEST = LimitPrecision.SHORTEST_QUOTA;

  private final long requests;
  private long sent = System.nanoTime();
  private Optional<Outcome> outcome = Optional.empty();

  /**
   * @param window until the first fixed window's end: what is charged to one isn't spent in the
   *     next
   */
  private record Outcome(Decided reply, Duration lease, Duration window) {}

  LeaseOrder(long requests) {
    this.requests = requests;
  }

  /**
   * The call that charges; empty where Redis is expected at an epoch without a lease, so that
   * nothing may be charged. Only its leased claims are in it: where Redis is at another epoch, it
   * charges nothing and says so.
   */
  Optional<CoalescibleCall> charging(CoalescibleCall one, long epoch) {
    var all = one.call().claims();
    var leased = all.stream().filter(c -> !lease(c).isZero()).toList();
    if (leased.stream().noneMatch(c -> c.epoch() == epoch)) {
      return Optional.empty();
    }
    return Optional.of(
        leased.size() == all.size() ? one : CoalescibleCall.of(leased, one.active()));
  }

  Future<Share> send(RedisDecisionClient redis, CoalescibleCall charging) {
    sent = System.nanoTime();
    return redis
        .ahead(charging, requests)
        .map(reply -> noted(Share.alone(reply, ""), charging.call().claims()));
  }

  /** Keeps what Redis decided, also where nothing was charged. */
  Share noted(Share share, List<RequestCharges> claims) {
    if (share.reply() instanceof Decided decided) {
      outcome =
          claims.stream()
              .filter(c -> c.epoch() == decided.epoch())
              .findFirst()
              .map(c -> new Outcome(decided, lease(c), window(c, decided)));
    }
    return share;
  }

  private static Duration lease(RequestCharges claim) {
    return claim.lease().filter(l -> l.compareTo(SHORTEST) >= 0).orElse(Duration.ZERO);
  }

  private static Duration window(RequestCharges claim, Decided decided) {
    return Duration.ofNanos(LeasedKey.rest(claim, decided.decision().verdicts()));
  }

  /**
   * What may be admitted; nothing of a call that was answered too late.
   *
   * @param answer of the whole
   */
  LeaseGrant grant(DecisionResponse answer) {
    if (outcome.isEmpty() || answer.by() != DecisionResponse.By.LIMITS) {
      return new LeaseGrant(0, Duration.ZERO, Duration.ZERO, Duration.ZERO, answer);
    }
    var decided = outcome.get();
    var shorter =
        decided.lease().compareTo(decided.window()) < 0 ? decided.lease() : decided.window();
    var lasts = shorter.minusNanos(System.nanoTime() - sent);
    return new LeaseGrant(
        decided.reply().decision().admitted(),
        decided.lease(),
        lasts.isNegative() ? Duration.ZERO : lasts,
        decided.window(),
        answer);
  }
}
