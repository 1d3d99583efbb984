package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.decision.AdmissionDecision.Verdict;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.Share;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One key's lease: what is charged and not yet spent, who waits for the next one, and how large
 * that is. Belongs to one event loop; times are nanoseconds of a clock that never goes back.
 */
final class LeasedKey {
  private static final int IDLE_LEASES = 2;
  private static final long MICRO = 1_000;

  /** Of a lease that no window ends. */
  private static final long ENDLESS = Long.MAX_VALUE;

  private final CoalescibleCall call;
  private final long longest;
  private final LeaseSize size;
  private List<Promise<Share>> waiting = new ArrayList<>();
  private boolean underWay;
  private long lease;
  private long trip;
  private long left;
  private long ends;
  private long windowEnds;
  private long seen;
  private @Nullable Future<Share> admitted;

  LeasedKey(CoalescibleCall call, long now) {
    this.call = call;
    this.longest = call.leases().values().stream().mapToLong(Duration::toNanos).max().orElse(1);
    this.size = new LeaseSize(longest, now);
    this.seen = now;
    this.windowEnds = now;
  }

  CoalescibleCall call() {
    return call;
  }

  boolean underWay() {
    return underWay;
  }

  /** A request came. */
  void count(long now) {
    seen = now;
    size.count(now);
  }

  /** Whether so long nobody came that nothing is lost with it. */
  boolean idle(long now) {
    return !underWay && now - seen > IDLE_LEASES * longest;
  }

  /** One unit in hand as a request's answer; empty where there is none. */
  Optional<Future<Share>> spent(long now) {
    var unit = admitted;
    if (unit == null || inHand(now) == 0) {
      return Optional.empty();
    }
    spend(1);
    return Optional.of(unit);
  }

  void spend(long units) {
    left -= units;
  }

  /** Units that may be spent now. */
  long inHand(long now) {
    return now - ends < 0 ? left : 0;
  }

  /** Units that are charged and not spent, also where their time is over. */
  long left() {
    return left;
  }

  /** Lets go of all units; answers how many these were. */
  long lapse() {
    long lapsed = left;
    left = 0;
    admitted = null;
    return lapsed;
  }

  int waiting() {
    return waiting.size();
  }

  Future<Share> await() {
    return Future.future(waiting::add);
  }

  /** Those who wait, for whom a call is under way from now on. */
  List<Promise<Share>> depart() {
    var joined = waiting;
    waiting = new ArrayList<>();
    underWay = true;
    return joined;
  }

  /** Those who came meanwhile; no call is under way any more. */
  List<Promise<Share>> arrive() {
    underWay = false;
    var meanwhile = waiting;
    waiting = new ArrayList<>();
    return meanwhile;
  }

  /** Who waits on. */
  void keep(List<Promise<Share>> others) {
    waiting.addAll(others);
  }

  /**
   * How many requests the next call charges beyond those who wait: a lease begins at its call, and
   * ends with the window in which it is charged.
   */
  long ahead(long now) {
    long window = windowEnds - now;
    long lasts = window > 0 ? Math.min(lease, window) : lease;
    return size.next(Math.max(0, lasts - trip), now) - 1;
  }

  /**
   * Takes an answer in.
   *
   * @param unit what a request is answered that is admitted by it
   * @param joined how many waited for it
   * @param sent when the call was sent, from which the lease counts: Redis charged later
   */
  void told(Share unit, int joined, long sent, long now) {
    if (!(unit.reply() instanceof Decided(long epoch, var decision))) {
      return;
    }
    var leased = call.leases().get(epoch);
    lease = leased == null ? 0 : leased.toNanos();
    trip = now - sent;
    var claim = claim(epoch);
    size.told(
        claim.map(c -> remaining(c, decision.verdicts())).orElse(0L),
        decision.retryAfterMicros(),
        now);
    left = Math.max(0, decision.admitted() - joined);
    long rest = claim.map(c -> rest(c, decision.verdicts())).orElse(0L);
    ends = sent + Math.min(lease, rest);
    windowEnds = rest == ENDLESS ? now : now + rest;
    admitted = Future.succeededFuture(unit);
  }

  private Optional<RequestCharges> claim(long epoch) {
    return call.call().claims().stream().filter(c -> c.epoch() == epoch).findFirst();
  }

  private static long remaining(RequestCharges claim, List<Verdict> verdicts) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < verdicts.size(); i++) {
      var item = claim.items().get(i);
      if (item.rule().enforced()) {
        least = Math.min(least, verdicts.get(i).remaining() / (item.units() * item.rule().cost()));
      }
    }
    return least;
  }

  /**
   * Until the first fixed window ends: what is charged to one isn't spent in the next. A window
   * that counts nothing holds none of it: a shadow limit may have no room.
   */
  static long rest(RequestCharges claim, List<Verdict> verdicts) {
    long rest = ENDLESS;
    for (int i = 0; i < verdicts.size(); i++) {
      long micros = verdicts.get(i).resetMicros();
      if (micros > 0 && claim.items().get(i).rule().algorithm() == LimitAlgorithm.FIXED_WINDOW) {
        rest = Math.min(rest, micros * MICRO);
      }
    }
    return rest;
  }
}
