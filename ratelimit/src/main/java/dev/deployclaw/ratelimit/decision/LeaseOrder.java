package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.Share;
import dev.deployclaw.ratelimit.match.CoalescibleCall;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.Optional;

/** Requests that are to be charged ahead in one call, and what came of it. For one event loop. */
final class LeaseOrder {
  private final long requests;
  private long sent;
  private Optional<Outcome> outcome = Optional.empty();

  private record Outcome(Decided reply, Duration lease) {}

  LeaseOrder(long requests) {
    this.requests = requests;
  }

  Future<Share> send(RedisDecisionClient redis, CoalescibleCall one) {
    sent = System.nanoTime();
    return redis
        .ahead(one, requests)
        .map(reply -> {
          if (reply instanceof Decided decided) {
            outcome = Optional.of(new Outcome(decided, lease(one, decided)));
          }
          return Share.alone(reply, "");
        });
  }

  /** Not beyond the first fixed window: what is charged to one isn't spent in the next. */
  private static Duration lease(CoalescibleCall one, Decided decided) {
    long rest =
        one.call().claims().stream()
            .filter(c -> c.epoch() == decided.epoch())
            .mapToLong(c -> LeasedKey.rest(c, decided.decision().verdicts()))
            .min()
            .orElse(0);
    var lease = one.leases().getOrDefault(decided.epoch(), Duration.ZERO);
    return Duration.ofNanos(Math.min(lease.toNanos(), rest));
  }

  /**
   * What may be admitted; nothing of a call that was answered too late.
   *
   * @param answer of the whole
   */
  LeaseGrant grant(DecisionResponse answer) {
    if (outcome.isEmpty() || answer.by() != DecisionResponse.By.LIMITS) {
      return new LeaseGrant(0, 0, Duration.ZERO, answer);
    }
    var reply = outcome.get().reply();
    var lasts = outcome.get().lease().minusNanos(System.nanoTime() - sent);
    return new LeaseGrant(
        reply.decision().admitted(),
        reply.epoch(),
        lasts.isNegative() ? Duration.ZERO : lasts,
        answer);
  }
}
