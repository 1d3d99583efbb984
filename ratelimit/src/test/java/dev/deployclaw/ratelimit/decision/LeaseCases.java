package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.fail;

import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.ratelimit.decision.LeaseWorld.Answer;
import dev.deployclaw.ratelimit.decision.LeaseWorld.Charge;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/** Leased limits of all kinds, and what holds of each. */
final class LeaseCases {
  static final List<LimitAlgorithm> ALGORITHMS =
      List.of(
          LimitAlgorithm.TOKEN_BUCKET,
          LimitAlgorithm.GCRA,
          LimitAlgorithm.SLIDING_WINDOW,
          LimitAlgorithm.FIXED_WINDOW);
  static final List<Integer> INSTANCES = List.of(1, 4, 16);

  /** A call that a request waits for takes no longer there and back. */
  static final long ROUND_TRIP = 4_000_000;

  private LeaseCases() {}

  static Limit any(RandomGenerator random) {
    return new Limit(
        "rps",
        RequestMatch.ANY,
        List.of(),
        ALGORITHMS.get(random.nextInt(ALGORITHMS.size())),
        random.nextLong(1, 4_000),
        Duration.ofSeconds(random.nextLong(1, 4)),
        random.nextLong(1, 4_000),
        random.nextLong(1, 3),
        EnforcementMode.ENFORCE,
        Optional.empty(),
        LimitPrecision.leased(Duration.ofMillis(random.nextLong(10, 400))));
  }

  /** The same limit after a change, often lowered below what is in hand. */
  static Limit changed(Limit limit, RandomGenerator random) {
    return limit.admitting(
        random.nextLong(1, 100), limit.window(), Math.max(1, random.nextLong(1, 100)));
  }

  static int instances(RandomGenerator random) {
    return INSTANCES.get(random.nextInt(INSTANCES.size()));
  }

  /** Far below what a limit admits, to far above it. */
  static double perSecond(Limit limit, RandomGenerator random) {
    return Math.min(5_000, ArrivalCurve.perSecond(limit) * random.nextDouble(0.2, 4));
  }

  static Limit busy(LimitAlgorithm algorithm, long requests) {
    return limited(algorithm, requests, List.of());
  }

  /** In five seconds, with leases of half a second. */
  static Limit limited(LimitAlgorithm algorithm, long requests, List<CounterKeyPart> key) {
    return Limit.tokenBucket("rps", RequestMatch.ANY, requests, Duration.ofSeconds(5))
        .by(algorithm)
        .per(key)
        .in(LimitPrecision.leased(Duration.ofMillis(500)));
  }

  /** For how long a unit may be spent after it was charged. */
  static long lasts(Limit limit) {
    return Math.max(lease(limit), ROUND_TRIP);
  }

  static long lease(Limit limit) {
    return limit.precision().lease().orElse(Duration.ZERO).toNanos();
  }

  static List<Answer> admitted(LeaseWorld world) {
    return world.answers().stream().filter(Answer::admitted).toList();
  }

  /**
   * What a service admitted in any interval by an epoch was charged for it by the same epoch, in
   * the interval or a lease before.
   */
  static void assertChargedAhead(LeaseWorld world, long lasts) {
    var charges = world.charges().stream().collect(Collectors.groupingBy(Whose::of));
    var admitted = admitted(world).stream().collect(Collectors.groupingBy(Whose::of));
    admitted.forEach((whose, spent) ->
        assertChargedAhead(whose, spent, charges.getOrDefault(whose, List.of()), lasts));
  }

  private record Whose(int service, long epoch) {
    static Whose of(Answer answer) {
      return new Whose(answer.service(), answer.epoch());
    }

    static Whose of(Charge charge) {
      return new Whose(charge.service(), charge.epoch());
    }
  }

  private static void assertChargedAhead(
      Whose whose, List<Answer> admitted, List<Charge> charges, long lasts) {
    long spent = 0;
    long most = Long.MAX_VALUE;
    long until = 0;
    long before = 0;
    int next = 0;
    int old = 0;
    for (var answer : admitted) {
      while (old < charges.size() && charges.get(old).at() < answer.at() - lasts) {
        before += charges.get(old++).requests();
      }
      most = Math.min(most, spent - before);
      while (next < charges.size() && charges.get(next).at() <= answer.at()) {
        until += charges.get(next++).requests();
      }
      spent++;
      if (spent - until > most) {
        fail("%s spent more than was charged at %d", whose, answer.at());
      }
    }
  }
}
