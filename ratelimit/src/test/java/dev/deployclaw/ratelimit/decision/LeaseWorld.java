package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.ReferenceModel;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.Share;
import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import dev.deployclaw.ratelimit.match.CoalescibleCall;
import dev.deployclaw.ratelimit.redis.RedisUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Services of leased limits around a Redis that the reference model plays, on a clock of its own:
 * what a seed brings is the same each time. Times are nanoseconds since the world began.
 */
final class LeaseWorld {
  static final long SECOND = 1_000_000_000L;

  private static final long START_MICROS = 1_800_000_000_000_000L;
  private static final long FASTEST = 200_000;
  private static final long SLOWEST = 2_000_000;

  private final RandomGenerator random;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final Map<String, LimitCounter> counters = new HashMap<>();
  private final List<QuotaLeases> services;
  private final List<Answer> answers = new ArrayList<>();
  private PolicySnapshot view = PolicySnapshot.EMPTY;
  private EpochPolicySet decides;
  private long now;
  private long number;
  private long redisStep;
  private boolean down;
  private long slower = 1;
  private long calls;
  private long exact;
  private final List<Charge> charges = new ArrayList<>();

  private record Event(long at, long number, Runnable what) {}

  /**
   * What a request was answered.
   *
   * @param epoch 0 where Redis couldn't be asked
   */
  record Answer(long at, long epoch, boolean admitted) {}

  /** What Redis admitted in one call. */
  record Charge(long at, long epoch, long requests) {}

  LeaseWorld(int instances, EpochPolicySet first, RandomGenerator random) {
    this.random = random;
    this.decides = first;
    this.view = new PolicySnapshot(Optional.empty(), List.of(first));
    this.services =
        new ArrayList<>(IntStream.range(0, instances).mapToObj(_ -> service()).toList());
  }

  static EpochPolicySet epoch(long epoch, Limit... limits) {
    var tenant =
        new TenantPolicy(
            "acme",
            new TreeMap<>(),
            Optional.empty(),
            false,
            BackendFailureMode.DENY,
            List.of(limits));
    var set = PolicySet.of(List.of(tenant), List.of(), "");
    return new EpochPolicySet(epoch, set.digest(), set);
  }

  long now() {
    return now;
  }

  List<Answer> answers() {
    return answers;
  }

  long calls() {
    return calls;
  }

  /** Requests that services handed on, to be decided without a lease. */
  long exact() {
    return exact;
  }

  /** What Redis admitted, spent or not. */
  List<Charge> charges() {
    return charges;
  }

  long admitted() {
    return answers.stream().filter(Answer::admitted).count();
  }

  QuotaLeases service(int which) {
    return services.get(which);
  }

  void at(long time, Runnable what) {
    events.add(new Event(time, number++, what));
  }

  /** Requests at random (a Poisson process), each to some service. */
  void arrive(double perSecond, long from, long until) {
    double due = from;
    while (due < until) {
      long time = (long) due;
      int service = random.nextInt(services.size());
      at(time, () -> request(service));
      due += -Math.log(1 - random.nextDouble()) * SECOND / perSecond;
    }
  }

  void request(int service) {
    request(service, "10.0.0.1");
  }

  void request(int service, String client) {
    services
        .get(service)
        .decide(view, call(client))
        .onComplete((share, failure) -> {
          long epoch = failure == null && share.reply() instanceof Decided d ? d.epoch() : 0;
          answers.add(new Answer(now, epoch, failure == null && share.admitted()));
        });
  }

  /** A service is killed, and another one starts in its place: what was in hand is gone. */
  void restart(int service) {
    services.set(service, service());
  }

  /** Services hold what is committed beside what was before. */
  void commit(EpochPolicySet next) {
    view = new PolicySnapshot(Optional.empty(), List.of(decides, next));
  }

  /** Redis decides by it. */
  void publish(EpochPolicySet next) {
    decides = next;
  }

  void stepRedisClock(long nanos) {
    redisStep += nanos;
  }

  /** From now on, calls take so many times as long. */
  void slow(long factor) {
    slower = factor;
  }

  void cutOff(boolean from) {
    down = from;
  }

  void run() {
    while (!events.isEmpty()) {
      var next = events.remove();
      now = next.at();
      next.what().run();
    }
  }

  private QuotaLeases service() {
    return new QuotaLeases(this::ask, this::exact, () -> now);
  }

  private Future<Share> exact(CoalescibleCall one) {
    exact++;
    return ask(one, 1).map(reply -> Share.alone(reply, ""));
  }

  private CoalescibleCall call(String client) {
    var subject =
        new RateLimitedRequest(
            "acme", new RequestShape("api", "/", "GET"), _ -> client, 1, Optional.empty());
    var claims = view.held().stream().map(held -> RequestCharges.of(held, subject)).toList();
    return CoalescibleCall.of(claims, view.active());
  }

  private Future<DecideReply> ask(CoalescibleCall one, long requests) {
    Promise<DecideReply> promise = Promise.promise();
    long there = now + slower * random.nextLong(FASTEST, SLOWEST);
    long back = there + slower * random.nextLong(FASTEST, SLOWEST);
    calls++;
    if (down) {
      at(back, () -> promise.fail(new RedisUnavailableException("cut off")));
      return promise.future();
    }
    at(
        there,
        () -> {
          var reply = decided(one, requests);
          at(back, () -> promise.complete(reply));
        });
    return promise.future();
  }

  private DecideReply decided(CoalescibleCall one, long requests) {
    var claim = one.call().claims().stream().filter(c -> c.epoch() == decides.epoch()).findFirst();
    if (claim.isEmpty()) {
      return new DecideReply.NeedEpoch(decides.epoch());
    }
    long micros = START_MICROS + (now + redisStep) / 1_000;
    var decision = ReferenceModel.decide(counters, claim.get().ask(requests), micros);
    charges.add(new Charge(now, decides.epoch(), decision.admitted()));
    return new Decided(decides.epoch(), decision);
  }
}
