package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.ratelimit.match.CoalescibleCall;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Joins equal requests: while one call for a list of claims is under way, all that come with the
 * same list wait and leave together as one call, which admits the largest number that fits. So one
 * busy counter costs a round trip, not one for each request. Belongs to one event loop.
 */
final class RequestCoalescer {
  private static final int MOST_JOINED = 1_000;

  private final RedisDecisionClient redis;
  private final Map<CoalescibleCall, List<Promise<Share>>> underWay = new HashMap<>();

  RequestCoalescer(RedisDecisionClient redis) {
    this.redis = redis;
  }

  /**
   * A reply, and whether this one of the joined requests is admitted by it.
   *
   * @param lease the call's name for what its requests hold
   * @param place of this request among the joined ones
   * @param told what those who joined are answered
   */
  record Share(DecideReply reply, boolean admitted, String lease, int place, SharedResponse told) {
    static Share alone(DecideReply reply, String lease) {
      return of(reply, lease, 0, new SharedResponse());
    }

    static Share of(DecideReply reply, String lease, int place, SharedResponse told) {
      boolean admitted = reply instanceof Decided decided && place < decided.decision().admitted();
      return new Share(reply, admitted, lease, place, told);
    }

    /** The answer: where no place is held, every admitted request hears the same. */
    DecisionResponse answer(Supplier<DecisionResponse> made) {
      return lease.isEmpty() ? told.once(admitted, made) : made.get();
    }
  }

  Future<Share> decide(CoalescibleCall one) {
    var waiting = underWay.get(one);
    if (waiting == null) {
      underWay.put(one, new ArrayList<>());
      Promise<Share> first = Promise.promise();
      alone(one)
          .onComplete((share, failure) -> {
            first.complete(share, failure);
            next(one, failure);
          });
      return first.future();
    }
    if (waiting.size() >= MOST_JOINED) {
      return alone(one);
    }
    Promise<Share> promise = Promise.promise();
    waiting.add(promise);
    return promise.future();
  }

  private Future<Share> alone(CoalescibleCall one) {
    var named = LeaseNames.named(one.call());
    var encoded = named.lease().isEmpty() ? one.encoded() : named.encoded();
    return redis
        .decide(named, encoded, one.active())
        .map(reply -> Share.alone(reply, named.lease()));
  }

  /**
   * Sends those who came meanwhile, if any: also who was answered just now and asks again. Where
   * Redis couldn't be asked for those before them, they don't wait for it a second time.
   */
  private void next(CoalescibleCall one, @Nullable Throwable failure) {
    var joined = underWay.getOrDefault(one, List.of());
    if (joined.isEmpty() || failure != null) {
      underWay.remove(one);
      joined.forEach(j -> j.fail(Objects.requireNonNull(failure)));
      return;
    }
    underWay.put(one, new ArrayList<>());
    var call = one.call();
    var all = LeaseNames.named(new DecideCall(call.claims(), joined.size(), call.at()));
    redis
        .decide(all, one.active())
        .onComplete(done -> {
          split(joined, all.lease(), done);
          next(one, done.cause());
        });
  }

  private static void split(
      List<Promise<Share>> joined, String lease, AsyncResult<DecideReply> done) {
    var told = new SharedResponse();
    for (int i = 0; i < joined.size(); i++) {
      if (done.succeeded()) {
        joined.get(i).complete(Share.of(done.result(), lease, i, told));
      } else {
        joined.get(i).fail(done.cause());
      }
    }
  }
}
