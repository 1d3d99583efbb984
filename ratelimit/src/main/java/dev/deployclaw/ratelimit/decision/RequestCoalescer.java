package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.ratelimit.redis.DecideCommand;
import io.vertx.core.Completable;
import io.vertx.core.Future;
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
  private final Map<CoalescibleCall, Joined> underWay = new HashMap<>();

  RequestCoalescer(RedisDecisionClient redis) {
    this.redis = redis;
  }

  /** Requests that wait while a call is under way. Mostly there is none, and no list is made. */
  private static final class Joined {
    private List<Completable<Share>> waiting = List.of();

    int size() {
      return waiting.size();
    }

    void add(Completable<Share> one) {
      if (waiting.isEmpty()) {
        waiting = new ArrayList<>();
      }
      waiting.add(one);
    }

    /** All of them; others may come after. */
    List<Completable<Share>> taken() {
      var all = waiting;
      waiting = List.of();
      return all;
    }
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
    return Future.future(promise -> decide(one, promise));
  }

  void decide(CoalescibleCall one, Completable<Share> then) {
    var waiting = underWay.get(one);
    if (waiting == null) {
      var joined = new Joined();
      underWay.put(one, joined);
      alone(
          one,
          (share, failure) -> {
            try {
              then.complete(share, failure);
            } finally {
              next(one, joined, failure);
            }
          });
    } else if (waiting.size() >= MOST_JOINED) {
      alone(one, then);
    } else {
      waiting.add(then);
    }
  }

  private void alone(CoalescibleCall one, Completable<Share> then) {
    var command =
        one.holds() ? DecideCommand.of(RedisDecisionClient.named(one.call())) : one.command();
    String lease = command.call().lease();
    redis.decide(
        command,
        one.active(),
        (reply, failure) ->
            then.complete(reply == null ? null : Share.alone(reply, lease), failure));
  }

  /**
   * Sends those who came meanwhile, if any: also who was answered just now and asks again. Where
   * Redis couldn't be asked for those before them, they don't wait for it a second time.
   */
  private void next(CoalescibleCall one, Joined joined, @Nullable Throwable failure) {
    var waiting = joined.taken();
    if (waiting.isEmpty() || failure != null) {
      underWay.remove(one);
      waiting.forEach(w -> w.fail(Objects.requireNonNull(failure)));
      return;
    }
    var call = one.call();
    var all = new DecideCall(call.claims(), waiting.size(), call.at());
    var named = one.holds() ? RedisDecisionClient.named(all) : all;
    redis.decide(
        DecideCommand.of(named),
        one.active(),
        (reply, failed) -> {
          split(waiting, named.lease(), reply, failed);
          next(one, joined, failed);
        });
  }

  private static void split(
      List<Completable<Share>> waiting,
      String lease,
      @Nullable DecideReply reply,
      @Nullable Throwable failure) {
    var told = new SharedResponse();
    for (int i = 0; i < waiting.size(); i++) {
      waiting.get(i).complete(reply == null ? null : Share.of(reply, lease, i, told), failure);
    }
  }

  /**
   * The answers that one call to Redis came to: all who joined it hear the same, but for what each
   * holds by itself. Belongs to one event loop.
   */
  static final class SharedResponse {
    private @Nullable DecisionResponse admitted;
    private @Nullable DecisionResponse refused;

    /** The answer, made by the first who asks. */
    DecisionResponse once(boolean passes, Supplier<DecisionResponse> made) {
      var known = passes ? admitted : refused;
      if (known != null) {
        return known;
      }
      var answer = made.get();
      if (passes) {
        admitted = answer;
      } else {
        refused = answer;
      }
      return answer;
    }
  }
}
