package dev.deployclaw.ratelimit.decision;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.DecideCall;
import dev.deployclaw.policy.redis.DecideReply;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.ratelimit.decision.RequestCoalescer.Share;
import dev.deployclaw.ratelimit.feed.PolicySnapshot;
import dev.deployclaw.ratelimit.redis.RedisUnavailableException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * Services of leased limits around a Redis, mostly one that the reference model plays, on a clock
 * of its own: what a seed brings is the same each time. Each service learns of a commit, is cut off
 * and is killed by itself. Times are nanoseconds since the world began.
 */
final class LeaseWorld {
  static final long SECOND = 1_000_000_000L;

  private static final long START_MICROS = 1_800_000_000_000_000L;
  private static final long FASTEST = 200_000;
  private static final long SLOWEST = 2_000_000;

  private final RandomGenerator random;
  private final DecisionBackend redis;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::at).thenComparingLong(Event::number));
  private final List<Instance> services = new ArrayList<>();
  private final List<Answer> answers = new ArrayList<>();
  private final List<Charge> charges = new ArrayList<>();
  private EpochPolicySet decides;
  private PolicySnapshot committed;
  private long now;
  private long number;
  private long redisStep;
  private long slower = 1;
  private long calls;
  private long exact;

  /** Decides as Redis does. */
  interface DecisionBackend {
    /**
     * @param active what was published last
     * @param call with a clock of its own
     */
    DecideReply decide(EpochPolicySet active, DecideCall call);
  }

  private record Event(long at, long number, Runnable what) {}

  /** A service's place in the world, whichever process has it. */
  private static final class Instance {
    private QuotaLeases leases;
    private PolicySnapshot view;
    private final Map<String, CoalescibleCall> calls = new HashMap<>();
    private boolean cutOff;

    Instance(QuotaLeases leases, PolicySnapshot view) {
      this.leases = leases;
      this.view = view;
    }

    void learn(PolicySnapshot committed) {
      view = committed;
      calls.clear();
    }

    Future<Share> decide(String client) {
      return leases.decide(view, calls.computeIfAbsent(client, who -> call(view, who)));
    }
  }

  /**
   * What a request was answered.
   *
   * @param epoch 0 where Redis couldn't be asked, or is at an epoch that the service doesn't know
   */
  record Answer(long at, int service, long epoch, boolean admitted) {}

  /** What Redis admitted in one call of a service. */
  record Charge(long at, int service, long epoch, long requests) {}

  LeaseWorld(int instances, EpochPolicySet first, RandomGenerator random) {
    this(instances, first, random, new ModelBackend());
  }

  LeaseWorld(int instances, EpochPolicySet first, RandomGenerator random, DecisionBackend redis) {
    this.random = random;
    this.redis = redis;
    this.decides = first;
    this.committed = new PolicySnapshot(Optional.empty(), List.of(first));
    for (int i = 0; i < instances; i++) {
      services.add(new Instance(started(i), committed));
    }
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
    return services.get(which).leases;
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
        .decide(client)
        .onComplete((share, failure) -> {
          long epoch = failure == null && share.reply() instanceof Decided d ? d.epoch() : 0;
          answers.add(new Answer(now, service, epoch, failure == null && share.admitted()));
        });
  }

  /**
   * A service is killed, and another one starts in its place with what is committed: what was in
   * hand is gone.
   */
  void restart(int service) {
    var place = services.get(service);
    place.leases = started(service);
    place.learn(committed);
  }

  /** From now on services may {@link #learn} of it, beside what was before. */
  void commit(EpochPolicySet next) {
    committed = new PolicySnapshot(Optional.empty(), List.of(decides, next));
  }

  /** A service holds what is committed. */
  void learn(int service) {
    services.get(service).learn(committed);
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

  /** Neither calls of a service nor answers to it pass, or they do again. */
  void cutOff(int service, boolean from) {
    services.get(service).cutOff = from;
  }

  void run() {
    while (!events.isEmpty()) {
      var next = events.remove();
      now = next.at();
      next.what().run();
    }
  }

  private QuotaLeases started(int service) {
    return new QuotaLeases(
        (one, requests) -> ask(service, one, requests),
        one -> exact(service, one),
        () -> now,
        QuotaLeases.MOST_KEYS);
  }

  private Future<Share> exact(int service, CoalescibleCall one) {
    exact++;
    return ask(service, one, 1).map(reply -> Share.alone(reply, ""));
  }

  private static CoalescibleCall call(PolicySnapshot view, String client) {
    var subject =
        new RateLimitedRequest(
            "acme", new RequestShape("api", "/", "GET"), _ -> client, 1, Optional.empty());
    var claims = view.held().stream().map(held -> RequestCharges.of(held, subject)).toList();
    return CoalescibleCall.of(claims, view.active());
  }

  /** A call that is lost on its way there charges nothing; one whose answer is lost does. */
  private Future<DecideReply> ask(int service, CoalescibleCall one, long requests) {
    Promise<DecideReply> promise = Promise.promise();
    long there = now + slower * random.nextLong(FASTEST, SLOWEST);
    long back = there + slower * random.nextLong(FASTEST, SLOWEST);
    calls++;
    var place = services.get(service);
    if (place.cutOff) {
      at(back, () -> promise.fail(new RedisUnavailableException("cut off")));
      return promise.future();
    }
    at(
        there,
        () -> {
          var reply = decided(service, one, requests);
          at(
              back,
              () -> {
                if (place.cutOff) {
                  promise.fail(new RedisUnavailableException("the answer is lost"));
                } else {
                  promise.complete(reply);
                }
              });
        });
    return promise.future();
  }

  private DecideReply decided(int service, CoalescibleCall one, long requests) {
    long micros = START_MICROS + (now + redisStep) / 1_000;
    var call = new DecideCall(one.call().claims(), requests, OptionalLong.of(micros));
    var reply = redis.decide(decides, call);
    if (reply instanceof Decided(long epoch, var decision)) {
      charges.add(new Charge(now, service, epoch, decision.admitted()));
    }
    return reply;
  }
}
