package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.decision.AdmissionDecision;
import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.ReferenceModel;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.policy.redis.ReleaseCall.Place;
import dev.deployclaw.policy.redis.SingleNodeRedis.Said;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/**
 * One random life of a few counters, with what the reference model says at each step: all
 * algorithms, mixed costs, several limits at once, shadow limits, refusals, merged requests, places
 * given back once and twice, a clock that leaps, stands still and steps back. Each epoch has other
 * limits.
 */
final class RandomHistory {
  private static final long START = 1_800_000_000_000_000L;
  private static final long MOST = 1_000_000_000L;
  private static final long[] WINDOWS = {1, 7, 60, 300, 3_600, 604_800, 2_592_000};
  private static final long[] LEASES = {1, 7, 60, 3_600, 86_400};
  private static final List<LimitAlgorithm> ALGORITHMS = List.of(LimitAlgorithm.values());
  private static final int MOST_KEPT = 40;

  private final String execution;
  private final String tenant;
  private final RandomGenerator random;
  private final Map<String, LimitCounter> counters = new HashMap<>();
  private final List<Place> held = new ArrayList<>();
  private final Tally tally;
  private long now = START;
  private long retry;
  private long calls;

  RandomHistory(String execution, String tenant, RandomGenerator random, Tally tally) {
    this.execution = execution;
    this.tenant = tenant;
    this.random = random;
    this.tally = tally;
  }

  /** What was compared. Single-threaded. */
  static final class Tally {
    private final Map<String, Long> counts = new TreeMap<>();

    void count(String what) {
      counts.merge(what, 1L, Long::sum);
    }

    long of(String what) {
      return counts.getOrDefault(what, 0L);
    }

    @Override
    public String toString() {
      return counts.toString();
    }
  }

  /** What to say to Redis, and what it must answer. */
  record Step(Said said, Object expected, Optional<DecideCall> call) {
    void check(Object answer, String where) {
      Object got = call.isEmpty() ? answer : SingleNodeRedis.reply(answer, call.get());
      assertThat(got).as("%s: %s", where, call).isEqualTo(expected);
    }
  }

  /** The next steps, all under one set. */
  List<Step> steps(EpochPolicySet set, int number) {
    var steps = new ArrayList<Step>();
    for (int i = 0; i < number; i++) {
      boolean back = !held.isEmpty() && random.nextInt(4) == 0;
      steps.add(back ? release() : decide(set));
    }
    return steps;
  }

  private Step decide(EpochPolicySet set) {
    now = Math.max(START / 2, now + pace());
    var subject =
        new RateLimitedRequest(
            tenant,
            new RequestShape("api", "/", "GET"),
            _ -> "",
            random.nextInt(50) == 0 ? one(1, 4, MOST) : one(1, 1, 3),
            Optional.of(execution));
    String lease = Long.toHexString(++calls);
    var claim = RequestCharges.of(set, subject);
    var call = new DecideCall(List.of(claim), requests(claim), OptionalLong.of(now), lease);
    var ask = claim.ask(call.requests(), lease);
    var decision = ReferenceModel.decide(counters, ask, now);
    retry = decision.retryAfterMicros();
    note(claim, lease, decision);
    return new Step(
        new Said(FunctionLibrary.DECIDE, call.encoded()),
        new Decided(set.epoch(), decision),
        Optional.of(call));
  }

  private long requests(RequestCharges claim) {
    boolean holds = claim.items().stream().anyMatch(RequestCharges.Item::holds);
    return random.nextInt(5) > 0 ? 1 : holds ? one(1, 5, 60) : one(1, 20, 1_000_000);
  }

  private void note(RequestCharges claim, String lease, AdmissionDecision decision) {
    tally.count("decisions");
    tally.count(decision.allowed() ? "admitted" : "refused");
    for (int i = 0; i < claim.items().size(); i++) {
      var item = claim.items().get(i);
      tally.count(item.rule().algorithm().word());
      if (!item.rule().enforced()) {
        tally.count("shadow");
      }
      long taken = Math.min(decision.verdicts().get(i).fits(), decision.admitted());
      for (long n = 0; item.holds() && n < taken && held.size() < MOST_KEPT; n++) {
        String member = item.rule().cost() * item.units() + "/" + lease + ":" + n;
        held.add(new Place(item.counterKey(), member));
      }
    }
  }

  /** Mostly gives a place back for good, at times a second time. */
  private Step release() {
    int which = held.size() - 1 - random.nextInt(Math.min(held.size(), 3));
    var place = random.nextInt(8) == 0 ? held.get(which) : held.remove(which);
    boolean there = ReferenceModel.release(counters, place.key(), place.member());
    tally.count(there ? "released" : "not held any more");
    return new Step(
        new Said(FunctionLibrary.RELEASE, new ReleaseCall(List.of(place)).encoded()),
        there ? 1L : 0L,
        Optional.empty());
  }

  /** Mostly forward by any order of magnitude, often to just where a refusal ends. */
  private long pace() {
    return switch (random.nextInt(12)) {
      case 0, 1 -> 0;
      case 2, 3 -> retry == AdmissionDecision.NEVER ? 1 : retry;
      case 4 -> retry == AdmissionDecision.NEVER ? 1 : Math.max(0, retry - 1);
      case 5 -> backwards();
      default -> random.nextLong(magnitude());
    };
  }

  private long backwards() {
    tally.count("clock stepped back");
    return -random.nextLong(magnitude());
  }

  private long magnitude() {
    return (long)
        Math.pow(10, random.nextInt(7) == 0 ? random.nextInt(9, 13) : random.nextInt(1, 9));
  }

  PolicySet set() {
    var group = policy("group-" + tenant, Optional.empty(), List.of(limit("whole")));
    var own = List.of(limit("first"), limit("second"));
    var shop = policy(tenant, Optional.of(group.tenant()), own);
    return PolicySet.of(List.of(group, shop), List.of(), "");
  }

  private TenantPolicy policy(String name, Optional<String> parent, List<Limit> limits) {
    boolean blocked = random.nextInt(40) == 0;
    return new TenantPolicy(
        name, new TreeMap<>(), parent, blocked, BackendFailureMode.DENY, limits);
  }

  private Limit limit(String name) {
    var algorithm = ALGORITHMS.get(random.nextInt(ALGORITHMS.size()));
    boolean holds = algorithm == LimitAlgorithm.CONCURRENCY;
    long[] windows = holds ? LEASES : WINDOWS;
    long requests =
        random.nextInt(30) == 0
            ? 0
            : one(1 + random.nextInt(30), holds ? 90 : 1_000, holds ? 200 : MOST);
    return new Limit(
        name,
        RequestMatch.ANY,
        List.of(),
        algorithm,
        requests,
        Duration.ofSeconds(windows[random.nextInt(windows.length)]),
        random.nextBoolean() ? Math.max(1, requests) : one(5, 1_000, MOST),
        one(1, 3, 20),
        random.nextInt(4) == 0 ? EnforcementMode.SHADOW : EnforcementMode.ENFORCE,
        Optional.empty(),
        LimitPrecision.EXACT);
  }

  /** Mostly {@code usual}, at times up to {@code some}, seldom up to {@code most}. */
  private long one(long usual, long some, long most) {
    return switch (random.nextInt(12)) {
      case 0 -> random.nextLong(1, most + 1);
      case 1, 2, 3 -> random.nextLong(1, some + 1);
      default -> usual;
    };
  }
}
