package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.wire.ServiceUsage;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.Share;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.SharedResponse;
import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Serves requests of leased limits from units that Redis charged ahead. A lease is an ordinary
 * decision for several requests: Redis admits some of them under the limits' own rules, and they
 * are spent in memory for at most the lease's time, counted from before the call was sent. So a
 * limit admits no more than it says; what isn't spent in time lapses, and is refused too early by
 * that much. One call is under way for a key, and all that come meanwhile go along with the next.
 *
 * <p>A lease is for all limits of a request together, for the epoch of its reply and for the
 * snapshot under which it was made: a new one drops all. All who are served by it hear the same:
 * what remained when it was made, with all of it counted as used, so that no client is promised
 * more than is known. There are at most {@link #MOST_KEYS}, and no more than a share of the heap;
 * further keys are exact, and equal requests of one share a call. Belongs to one event loop.
 */
final class QuotaLeases {
  static final int MOST_KEYS = 8_192;

  private static final int LEAST_KEYS = 512;
  private static final int BYTES_EACH = 3 << 10;
  private static final int SHARE_OF_HEAP = 16;

  private static final int MOST_JOINED = 1_000;

  /** How many of those longest unused are looked at for each new one. */
  private static final int SWEPT = 2;

  private static final float LOAD = 0.75f;

  private final Source redis;
  private final Function<CoalescibleCall, Future<Share>> exact;
  private final LongSupplier nanos;
  private final int mostKeys;
  private final Map<CoalescibleCall, LeasedKey> keys = new LinkedHashMap<>(16, LOAD, true);
  private PolicySnapshot view = PolicySnapshot.EMPTY;
  private long decided;
  private long fromMemory;
  private long lapsed;

  /** Asks Redis. */
  interface Source {
    /** For a number of requests that are equal to the call's. */
    Future<DecideReply> decide(CoalescibleCall one, long requests);
  }

  /**
   * @param exact decides one request that isn't leased
   * @param nanos a clock that never goes back
   * @param mostKeys that may be leased at once
   */
  QuotaLeases(
      Source redis,
      Function<CoalescibleCall, Future<Share>> exact,
      LongSupplier nanos,
      int mostKeys) {
    this.mostKeys = mostKeys;
    this.redis = redis;
    this.exact = exact;
    this.nanos = nanos;
  }

  /** How many fit into a heap of that size. */
  static int mostKeys(long heap) {
    return Math.clamp(heap / SHARE_OF_HEAP / BYTES_EACH, LEAST_KEYS, MOST_KEYS);
  }

  Future<Share> decide(PolicySnapshot now, CoalescibleCall one) {
    forget(now);
    long time = nanos.getAsLong();
    decided++;
    var key = key(one, time);
    if (key == null) {
      return exact.apply(one);
    }
    key.count(time);
    var unit = key.spent(time);
    if (unit.isPresent()) {
      fromMemory++;
      return unit.get();
    }
    if (key.waiting() >= MOST_JOINED) {
      return exact.apply(one);
    }
    var answer = key.await();
    if (!key.underWay()) {
      refill(key);
    }
    return answer;
  }

  /** What came of all so far; empty where no limit is leased. */
  Optional<ServiceUsage.Leases> usage() {
    if (decided == 0) {
      return Optional.empty();
    }
    long time = nanos.getAsLong();
    long held = 0;
    long units = 0;
    long over = 0;
    for (var key : keys.values()) {
      long now = key.inHand(time);
      held += now > 0 ? 1 : 0;
      units += now;
      over += key.left() - now;
    }
    return Optional.of(new ServiceUsage.Leases(held, units, decided, fromMemory, lapsed + over));
  }

  /** How many keys are known. */
  int keys() {
    return keys.size();
  }

  /** Drops what was leased under another snapshot. */
  void forget(PolicySnapshot now) {
    if (!now.equals(view)) {
      keys.values().forEach(k -> lapsed += k.lapse());
      keys.clear();
    }
    view = now;
  }

  private @Nullable LeasedKey key(CoalescibleCall one, long time) {
    var known = keys.get(one);
    if (known != null) {
      return known;
    }
    sweep(time);
    if (keys.size() >= mostKeys) {
      return null;
    }
    var fresh = new LeasedKey(one, time);
    keys.put(one, fresh);
    return fresh;
  }

  private void sweep(long time) {
    var oldest = keys.values().iterator();
    for (int i = 0; i < SWEPT && oldest.hasNext(); i++) {
      var key = oldest.next();
      if (!key.idle(time)) {
        return;
      }
      lapsed += key.lapse();
      oldest.remove();
    }
  }

  private void refill(LeasedKey key) {
    long sent = nanos.getAsLong();
    lapsed += key.lapse();
    long more = key.ahead(sent);
    var joined = key.depart();
    redis
        .decide(key.call(), joined.size() + more)
        .onComplete((reply, failure) -> {
          if (failure != null) {
            var meanwhile = key.arrive();
            joined.forEach(j -> j.fail(failure));
            meanwhile.forEach(m -> m.fail(failure));
          } else {
            arrived(key, joined, reply, sent);
          }
        });
  }

  /**
   * The key is settled before anybody is answered: who is may ask again at once. Those who came
   * meanwhile spend what is left before others do.
   */
  private void arrived(LeasedKey key, List<Promise<Share>> joined, DecideReply reply, long sent) {
    long time = nanos.getAsLong();
    var told = new SharedResponse();
    var unit = Share.of(reply, "", 0, told);
    var meanwhile = key.arrive();
    key.told(unit, joined.size(), sent, time);
    int served = meanwhile.size();
    if (reply instanceof Decided) {
      served = (int) Math.min(served, key.inHand(time));
      key.spend(served);
      fromMemory += served;
    }
    if (served < meanwhile.size()) {
      key.keep(meanwhile.subList(served, meanwhile.size()));
      refill(key);
    }
    for (int i = 0; i < joined.size(); i++) {
      joined.get(i).complete(Share.of(reply, "", i, told));
    }
    meanwhile.subList(0, served).forEach(m -> m.complete(unit));
  }
}
