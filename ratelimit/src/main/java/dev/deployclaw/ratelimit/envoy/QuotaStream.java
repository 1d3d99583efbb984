package dev.deployclaw.ratelimit.envoy;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.ratelimit.decision.DecisionResponse.By;
import dev.deployclaw.ratelimit.decision.LeaseGrant;
import dev.deployclaw.ratelimit.decision.RateLimitDecider;
import dev.deployclaw.ratelimit.identity.DecisionRequest;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.BucketId;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaResponse;
import io.envoyproxy.envoy.service.rate_limit_quota.v3.RateLimitQuotaUsageReports;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The buckets of one Envoy. The first report of a bucket subscribes it: it gets an assignment, and
 * the next one shortly before that expires, for as long as requests are reported. Each assignment
 * is charged before it is sent, and one for an Envoy that doesn't read isn't charged. A bucket that
 * can't be served from a lease is denied, since Envoy lets all requests pass where nothing else is
 * configured. Belongs to one event loop; times are nanoseconds of a clock that never goes back.
 */
final class QuotaStream {
  /** Of one stream. The one that was silent for longest gives place. */
  static final int MOST_BUCKETS = 2_000;

  /** What isn't from a lease holds for so long: an identity, a refusal without Redis. */
  static final long BLANKET_SECONDS = LimitPrecision.SHORTEST_QUOTA.toSeconds();

  /** A bucket that has no lease is asked about again. */
  static final long UNSERVED_SECONDS = 10;

  /** A stream that reports nothing is ended. */
  private static final long SILENT = 300_000_000_000L;

  /** An Envoy that reads nothing is left, and one that doesn't finish a message. */
  private static final long SLOW = 10_000_000_000L;

  /** Five of each bucket in a second: more would keep the event loop from decisions. */
  private static final int MOST_REPORTS_BETWEEN_SWEEPS = 5 * MOST_BUCKETS;

  private static final Logger LOG = LoggerFactory.getLogger(QuotaStream.class);
  private static final int LONGEST_DOMAIN = 253;
  private static final int MOST_UNDER_WAY = 64;
  private static final long SECOND = 1_000_000_000L;
  private static final long MILLI = 1_000_000L;

  /** The next assignment is asked for so long before the present one expires. */
  private static final long AHEAD_MILLIS = 100;

  private static final float LOAD = 0.75f;

  private final GrpcMessageStream call;
  private final QuotaBudget budget;
  private final Loop loop;
  private final Map<BucketId, QuotaBucket> buckets = new LinkedHashMap<>(16, LOAD, true);
  private final LinkedHashSet<QuotaBucket> due = new LinkedHashSet<>();
  private String domain = "";
  private boolean open = true;
  private int underWay;
  private boolean sending;
  private int reports;
  private long heardAt;
  private long readAt;
  private long wholeAt;

  /** What a stream runs on. */
  record Loop(Vertx vertx, RateLimitDecider quotas, LongSupplier nanos) {}

  QuotaStream(GrpcMessageStream call, QuotaBudget budget, Loop loop) {
    this.call = call;
    this.budget = budget;
    this.loop = loop;
    this.heardAt = now();
    this.readAt = heardAt;
    this.wholeAt = heardAt;
  }

  void message(byte[] bytes) {
    heardAt = now();
    try {
      var message = RateLimitQuotaUsageReports.parseFrom(bytes);
      belong(message.getDomain());
      var all = QuotaReport.of(message);
      reports += all.size();
      if (reports > MOST_REPORTS_BETWEEN_SWEEPS) {
        call.fail(GrpcMessageStream.RESOURCE_EXHAUSTED, "too many reports in a second");
      } else {
        all.forEach(this::report);
      }
    } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
      call.fail(GrpcUnaryCall.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
    }
  }

  /** Lets all go; what is charged lapses. */
  void close() {
    open = false;
    due.clear();
    for (var bucket : buckets.values()) {
      budget.giveBack();
      release(bucket);
    }
    buckets.clear();
  }

  /** What is to be done about once a second. */
  void sweep() {
    long now = now();
    reports = 0;
    readAt = call.full() ? readAt : now;
    if (!call.isWithin()) {
      wholeAt = now;
    } else if (heardAt - wholeAt > 0) {
      wholeAt = heardAt;
    }
    if (now - readAt > SLOW) {
      call.reset();
    } else if (now - heardAt > SILENT) {
      call.fail(GrpcUnaryCall.UNAVAILABLE, "nothing was reported for too long");
    } else if (now - wholeAt > SLOW) {
      call.fail(GrpcUnaryCall.UNAVAILABLE, "a message took too long");
    } else {
      var idle = new ArrayList<QuotaBucket>();
      buckets.values().stream().filter(b -> b.isIdle(now)).forEach(idle::add);
      for (var bucket : idle) {
        budget.giveBack();
        abandon(bucket);
      }
    }
  }

  /** "All subsequent messages on the same stream are considered to be in the same domain." */
  private void belong(String said) {
    if ((domain.isEmpty() && said.isEmpty()) || said.length() > LONGEST_DOMAIN) {
      throw new IllegalArgumentException("domain is empty or too long: it names the gateway");
    }
    if (!domain.isEmpty() && !said.isEmpty() && !said.equals(domain)) {
      throw new IllegalArgumentException("domain differs from that of the first report");
    }
    domain = domain.isEmpty() ? said : domain;
  }

  private void report(QuotaReport report) {
    if (!open) {
      return;
    }
    long now = now();
    var bucket = buckets.get(report.bucket());
    if (bucket == null) {
      bucket = subscribed(report.bucket(), now);
    }
    if (bucket == null) {
      return;
    }
    bucket.reported(report.allowed(), report.denied(), now);
    if (!bucket.isAssigned(now)) {
      ask(bucket);
    }
  }

  private @Nullable QuotaBucket subscribed(BucketId id, long now) {
    DecisionRequest question;
    try {
      question = EnvoyRequestParser.bucket(domain, id.getBucketMap());
    } catch (IllegalArgumentException e) {
      return refused(id, String.valueOf(e.getMessage()));
    }
    if (!tookRoom()) {
      return refused(id, "there are too many buckets");
    }
    var bucket = new QuotaBucket(id, question, now);
    buckets.put(id, bucket);
    return bucket;
  }

  private @Nullable QuotaBucket refused(BucketId id, String why) {
    budget.tell(domain, why);
    offer(QuotaActions.all(id, false, UNSERVED_SECONDS));
    return null;
  }

  /** Sends what an Envoy that doesn't read may miss: its assignments expire by themselves. */
  private void offer(RateLimitQuotaResponse response) {
    if (!call.full()) {
      call.send(response);
    }
  }

  /** Where there is none, the bucket that was silent for longest passes its own on. */
  private boolean tookRoom() {
    if (buckets.size() < MOST_BUCKETS && budget.take()) {
      return true;
    }
    if (buckets.isEmpty()) {
      return false;
    }
    abandon(buckets.values().iterator().next());
    return true;
  }

  /** Its place in the budget is the caller's. */
  private void abandon(QuotaBucket bucket) {
    buckets.remove(bucket.id());
    release(bucket);
    offer(QuotaActions.abandoned(bucket.id()));
  }

  private void release(QuotaBucket bucket) {
    count(bucket);
    bucket.close();
    due.remove(bucket);
    loop.vertx().cancelTimer(bucket.timer());
  }

  private void count(QuotaBucket bucket) {
    long[] use = bucket.use();
    if (use[0] + use[1] > 0) {
      loop.quotas().report(bucket.question(), use[0], use[1]);
    }
  }

  private void ask(QuotaBucket bucket) {
    if (!open || !bucket.isOpen() || bucket.isUnderWay()) {
      return;
    }
    long waits = bucket.waits(now());
    if (call.full()) {
      later(bucket, AHEAD_MILLIS);
    } else if (waits > 0) {
      awaitWindow(bucket, waits);
    } else {
      enqueue(bucket);
    }
  }

  private void awaitWindow(QuotaBucket bucket, long nanos) {
    call.send(QuotaActions.all(bucket.id(), false, BLANKET_SECONDS));
    bucket.assigned(now() + nanos);
    later(bucket, nanos / MILLI + 1);
  }

  private void enqueue(QuotaBucket bucket) {
    bucket.underWay(true);
    if (underWay < MOST_UNDER_WAY) {
      send(bucket);
    } else {
      due.add(bucket);
    }
  }

  private void send(QuotaBucket bucket) {
    underWay++;
    charge(bucket)
        .onComplete((grant, failure) -> {
          underWay--;
          bucket.underWay(false);
          try {
            if (open && bucket.isOpen()) {
              if (failure == null) {
                assign(bucket, grant);
              } else {
                assign(bucket, false, BLANKET_SECONDS);
              }
            }
          } finally {
            sendNext();
          }
        });
  }

  /** A bucket that can't even be asked for must not stop the others. */
  private Future<LeaseGrant> charge(QuotaBucket bucket) {
    try {
      count(bucket);
      return loop.quotas().lease(bucket.question(), bucket.next(now()));
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("a quota can't be asked for");
      return Future.failedFuture(e);
    }
  }

  /** The bucket that was answered may have asked again, in its own place. */
  private void sendNext() {
    if (sending) {
      // one that is answered at once leaves the rest to the loop that sent it
      return;
    }
    sending = true;
    try {
      while (underWay < MOST_UNDER_WAY && !due.isEmpty()) {
        var next = due.removeFirst();
        if (call.full()) {
          next.underWay(false);
          later(next, AHEAD_MILLIS);
        } else {
          send(next);
        }
      }
    } finally {
      sending = false;
    }
  }

  private void assign(QuotaBucket bucket, LeaseGrant grant) {
    var answer = grant.answer();
    long now = now();
    if (answer.by() != By.LIMITS || (answer.left().isEmpty() && answer.allowed())) {
      // somebody else decides, or no limit refuses anything
      assign(bucket, answer.allowed(), BLANKET_SECONDS);
    } else if (grant.lease().isZero()) {
      budget.tell(domain, "quotas need limits that are leased for 2s or longer");
      assign(bucket, false, UNSERVED_SECONDS);
    } else if (bucket.granted(grant, now)) {
      assignCharged(bucket, grant.admitted() == 0 ? bucket.refused(now) : 1, now);
    } else {
      ask(bucket);
    }
  }

  /**
   * @param otherwise how long to refuse where nothing can be spent
   */
  private void assignCharged(QuotaBucket bucket, long otherwise, long now) {
    long seconds = bucket.seconds(now);
    long tokens = bucket.spend();
    if (tokens == 0) {
      assign(bucket, false, otherwise);
    } else {
      call.send(QuotaActions.tokens(bucket.id(), tokens, seconds));
      expiring(bucket, seconds);
    }
  }

  /** Without a charge: what was charged before lapses. */
  private void assign(QuotaBucket bucket, boolean allowed, long seconds) {
    var _ = bucket.spend();
    call.send(QuotaActions.all(bucket.id(), allowed, seconds));
    expiring(bucket, seconds);
  }

  private void expiring(QuotaBucket bucket, long seconds) {
    bucket.assigned(now() + seconds * SECOND);
    later(bucket, seconds * 1_000 - AHEAD_MILLIS);
  }

  private void later(QuotaBucket bucket, long millis) {
    loop.vertx().cancelTimer(bucket.timer());
    if (open && bucket.isOpen()) {
      bucket.timer(loop.vertx().setTimer(millis, _ -> ask(bucket)));
    }
  }

  private long now() {
    return loop.nanos().getAsLong();
  }
}
