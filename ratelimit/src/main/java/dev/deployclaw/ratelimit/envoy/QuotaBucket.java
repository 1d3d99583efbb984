package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.ratelimit.decision.DecisionResponse.Left;
import dev.deployclaw.ratelimit.decision.LeaseGrant;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;

/**
 * One bucket of an Envoy: what its requests ask, how many come, and until when its assignment
 * lasts. The next assignment has what the measured rate brings while it lasts, and two standard
 * deviations of a Poisson process more: Envoy can't ask for more before the next one. Belongs to
 * one event loop; times are nanoseconds of a clock that never goes back.
 */
final class QuotaBucket {
  private static final long NO_WINDOW = Long.MAX_VALUE / 2;

  /** Requests of one assignment. */
  static final long MOST = 100_000;

  /** Before there is a rate, an assignment has one of so many parts of what remains. */
  static final long SHARE = 16;

  private static final long SECOND = 1_000_000_000L;

  /** An assignment reaches its Envoy later, and its time counts from then. */
  private static final long MARGIN = SECOND / 10;

  /** A rate is measured over a tenth of a second at least. It rises as fast, and falls slower. */
  private static final double RISE = 1e8;

  private static final double FALL = 1e9;

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
  private long chargedUntil;
  private long asked;
  private long sizedFor;
  private long lasts;
  private long windowEnds;
  private boolean windowed;
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
    double measured = counted * 1e9 / elapsed;
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

  /**
   * How many requests are charged for the next assignment: one where no lease is known yet. A fixed
   * window that ends sooner than a lease takes no more than may be spent until then.
   */
  long next(long now) {
    asked = size(now);
    return asked;
  }

  private long size(long now) {
    sizedFor = 0;
    if (lasts == 0 || now - heardAt > Math.max(STALE, 2 * longestGap)) {
      return 1;
    }
    if (perSecond < 0) {
      return Math.clamp(remaining / SHARE, 1, MOST);
    }
    long rest = untilWindowEnds(now);
    sizedFor = rest == 0 ? lasts : Math.clamp((rest - MARGIN) / SECOND, 1, lasts);
    double expected = perSecond * sizedFor;
    return Math.clamp((long) (expected + 2 * Math.sqrt(expected)), 1, MOST);
  }

  /**
   * How long to wait until requests may be charged: those of a fixed window that is nearly over
   * couldn't be spent. 0 where nothing is to be waited for.
   */
  long waits(long now) {
    long rest = untilWindowEnds(now);
    return rest < SECOND + MARGIN ? rest : 0;
  }

  /** For how many seconds a refusal holds. */
  long refused(long now) {
    long rest = untilWindowEnds(now);
    return rest == 0
        ? QuotaStream.BLANKET_SECONDS
        : Math.clamp(rest / SECOND, 1, QuotaStream.BLANKET_SECONDS);
  }

  private long untilWindowEnds(long now) {
    return windowed ? Math.max(0, windowEnds - now) : 0;
  }

  /**
   * Requests were charged. They are spent together with those that were charged before, until the
   * first of them end; and where all were charged that were asked for, no longer than they are
   * meant to suffice.
   *
   * @return whether they are what the bucket needs: the first one only tells how long a lease lasts
   */
  boolean granted(LeaseGrant grant, long now) {
    long requests = grant.admitted();
    long whole = Math.max(0, grant.lasts().toNanos() - MARGIN);
    long seconds = whole / SECOND;
    long window = grant.window().toNanos();
    windowed = window < NO_WINDOW;
    windowEnds = now + window;
    remaining = grant.answer().left().map(Left::remaining).orElse(0L);
    if (chargedUntil - now < SECOND) {
      charged = 0;
    }
    if (requests == 0 || seconds == 0) {
      return true;
    }
    boolean full = requests == asked && sizedFor > 0;
    long until = now + (full ? Math.min(whole, sizedFor * SECOND) : whole);
    chargedUntil = charged > 0 && chargedUntil - until < 0 ? chargedUntil : until;
    charged += requests;
    boolean enough = lasts > 0;
    lasts = seconds;
    return enough;
  }

  /** For how many whole seconds what is charged may be spent. */
  long seconds(long now) {
    return (chargedUntil - now) / SECOND;
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
