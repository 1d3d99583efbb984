package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;

/**
 * One bucket of an Envoy: what its requests ask, how many come, and until when its assignment
 * lasts. The next assignment has what the measured rate brings while it lasts, and two standard
 * deviations of a Poisson process more: Envoy can't ask for more before the next one. Belongs to
 * one event loop; times are nanoseconds of a clock that never goes back.
 */
final class QuotaBucket {
  /** Requests of one assignment. */
  static final long MOST = 100_000;

  /** Before there is a rate, an assignment has one of so many parts of what remains. */
  static final long SHARE = 16;

  private static final double SECOND = 1e9;

  /** A rate is measured over a tenth of a second at least. It rises as fast, and falls slower. */
  private static final double RISE = SECOND / 10;

  private static final double FALL = SECOND;

  /** An Envoy that hasn't reported for so long may be gone. */
  private static final long STALE = 10_000_000_000L;

  private static final long IDLE = 30_000_000_000L;

  private static final int IDLE_REPORTS = 3;

  private final BucketId id;
  private final DecisionRequest question;
  private long heardAt;
  private long countedFrom;
  private long counted;
  private long usedAt;
  private long assignedUntil;
  private double perSecond = -1;
  private long remaining;
  private long charged;
  private long lasts;
  private long longestGap;
  private long allowed;
  private long denied;
  private boolean open = true;
  private boolean underWay;
  private long timer = -1;

  QuotaBucket(BucketId id, DecisionRequest question, long now) {
    this.id = id;
    this.question = question;
    this.heardAt = now;
    this.countedFrom = now;
    this.usedAt = now;
    this.assignedUntil = now;
  }

  BucketId id() {
    return id;
  }

  /** One of its requests. */
  DecisionRequest question() {
    return question;
  }

  /** It reported what became of its requests since its last report. */
  void reported(long passed, long refused, long now) {
    allowed += passed;
    denied += refused;
    long requests = passed + refused;
    longestGap = Math.max(longestGap, now - heardAt);
    heardAt = now;
    if (requests > 0) {
      usedAt = now;
    }
    counted += requests;
    double elapsed = now - countedFrom;
    if (elapsed < RISE) {
      return;
    }
    double measured = counted * SECOND / elapsed;
    double weight = elapsed / (elapsed + (measured > perSecond ? RISE : FALL));
    perSecond = perSecond < 0 ? measured : perSecond + (measured - perSecond) * weight;
    counted = 0;
    countedFrom = now;
  }

  /** What was reported since this was last asked: allowed, denied. */
  long[] use() {
    long[] use = {allowed, denied};
    allowed = 0;
    denied = 0;
    return use;
  }

  /** How many requests are charged for the next assignment: one where no lease is known yet. */
  long next(long now) {
    if (lasts == 0 || now - heardAt > Math.max(STALE, 2 * longestGap)) {
      return 1;
    }
    double expected = perSecond * lasts;
    long wanted = perSecond < 0 ? remaining / SHARE : (long) (expected + 2 * Math.sqrt(expected));
    return Math.clamp(wanted, 1, MOST);
  }

  /**
   * Requests were charged.
   *
   * @param seconds for which they may be spent
   * @param rest what is left of its limits
   * @return whether they are what the bucket needs: the first one only tells how long a lease lasts
   */
  boolean granted(long requests, long seconds, long rest) {
    boolean enough = lasts > 0 || requests == 0;
    charged += requests;
    lasts = requests == 0 ? lasts : seconds;
    remaining = rest;
    return enough;
  }

  boolean knowsLease() {
    return lasts > 0;
  }

  /** All that is charged, for the next assignment. */
  long spend() {
    long all = charged;
    charged = 0;
    return all;
  }

  void assigned(long until) {
    assignedUntil = until;
  }

  boolean isAssigned(long now) {
    return assignedUntil - now > 0;
  }

  /** Whether it reported no request for long, also where its Envoy reports seldom. */
  boolean isIdle(long now) {
    return now - usedAt > Math.max(IDLE, IDLE_REPORTS * longestGap);
  }

  /** Whether the stream still has it. */
  boolean isOpen() {
    return open;
  }

  void close() {
    open = false;
  }

  boolean isUnderWay() {
    return underWay;
  }

  void underWay(boolean asked) {
    underWay = asked;
  }

  /** Of its next assignment. */
  long timer() {
    return timer;
  }

  void timer(long id) {
    timer = id;
  }
}
