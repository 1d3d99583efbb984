package dev.deployclaw.ratelimit.decide;

import dev.deployclaw.policy.redis.Claim;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import io.vertx.core.AsyncResult;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Joins equal requests: while one call for a list of claims is under way, all that come with the
 * same list wait and leave together as one call, which admits the largest number that fits. So one
 * busy counter costs a round trip, not one for each request. Belongs to one event loop.
 */
final class Merger {
  private static final int MOST_JOINED = 1_000;

  private final RedisDecisions redis;
  private final Map<Key, List<Promise<Share>>> underWay = new HashMap<>();

  Merger(RedisDecisions redis) {
    this.redis = redis;
  }

  /** Equal keys are equal calls: the encoded form holds all of a call but its number. */
  private record Key(DecideCall.Encoded encoded, Optional<Constants> active) {}

  /**
   * A reply, and whether this one of the joined requests is admitted by it.
   *
   * @param lease the call's name for what its requests hold
   * @param place of this request among the joined ones
   */
  record Share(DecideReply reply, boolean admitted, String lease, int place) {
    static Share of(DecideReply reply, String lease, int place) {
      boolean admitted = reply instanceof Decided decided && place < decided.decision().admitted();
      return new Share(reply, admitted, lease, place);
    }
  }

  Future<Share> decide(List<Claim> claims, Optional<Constants> active) {
    var call = new DecideCall(claims, 1, OptionalLong.empty());
    var key = new Key(call.encoded(), active);
    var waiting = underWay.get(key);
    if (waiting == null) {
      underWay.put(key, new ArrayList<>());
      return alone(key, call).onComplete(_ -> next(key, call));
    }
    if (waiting.size() >= MOST_JOINED) {
      return alone(key, call);
    }
    Promise<Share> promise = Promise.promise();
    waiting.add(promise);
    return promise.future();
  }

  private Future<Share> alone(Key key, DecideCall call) {
    var named = Lease.named(call);
    var encoded = named.lease().isEmpty() ? key.encoded() : named.encoded();
    return redis
        .decide(named, encoded, key.active())
        .map(reply -> Share.of(reply, named.lease(), 0));
  }

  /** Sends those who came meanwhile, if any. */
  private void next(Key key, DecideCall call) {
    var joined = underWay.getOrDefault(key, List.of());
    if (joined.isEmpty()) {
      underWay.remove(key);
      return;
    }
    underWay.put(key, new ArrayList<>());
    var all = Lease.named(new DecideCall(call.claims(), joined.size(), call.at()));
    redis
        .decide(all, key.active())
        .onComplete(done -> {
          next(key, call);
          split(joined, all.lease(), done);
        });
  }

  private static void split(
      List<Promise<Share>> joined, String lease, AsyncResult<DecideReply> done) {
    for (int i = 0; i < joined.size(); i++) {
      if (done.succeeded()) {
        joined.get(i).complete(Share.of(done.result(), lease, i));
      } else {
        joined.get(i).fail(done.cause());
      }
    }
  }
}
