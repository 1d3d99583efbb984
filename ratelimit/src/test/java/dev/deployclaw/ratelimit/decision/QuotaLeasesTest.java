package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.ratelimit.decision.LeaseWorld.Answer;
import dev.deployclaw.testkit.SeededLoop;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** Leases against the reference model, on a clock of the test's own. */
class QuotaLeasesTest {
  private static final List<LimitAlgorithm> ALGORITHMS =
      List.of(
          LimitAlgorithm.TOKEN_BUCKET,
          LimitAlgorithm.GCRA,
          LimitAlgorithm.SLIDING_WINDOW,
          LimitAlgorithm.FIXED_WINDOW);
  private static final int[] INSTANCES = {1, 4, 16};
  private static final int WORLDS = 300;
  private static final long SECOND = LeaseWorld.SECOND;
  private static final long MICRO = 1_000;

  /** A call that a request waits for takes no longer there and back. */
  private static final long ROUND_TRIP = 4_000_000;

  @Test
  void admitsNoMoreThanALimitSays() {
    SeededLoop.run(
        WORLDS,
        (_, random) -> {
          var limit = limit(random);
          var world = new LeaseWorld(instances(random), LeaseWorld.epoch(1, limit), random);
          world.arrive(perSecond(limit, random), 0, 4 * SECOND);

          world.run();

          assertThat(world.answers()).isNotEmpty();
          assertWithin(limit, admitted(world));
          assertChargedAhead(world, lease(limit));
        });
  }

  @Test
  void spendsOnlyWhatWasChargedWhateverHappens() {
    SeededLoop.run(
        WORLDS,
        (_, random) -> {
          var limit = limit(random);
          var first = LeaseWorld.epoch(1, limit);
          var second = LeaseWorld.epoch(2, other(limit, random));
          int instances = instances(random);
          var world = new LeaseWorld(instances, first, random);
          world.arrive(perSecond(limit, random), 0, 4 * SECOND);
          long committed = random.nextLong(SECOND, 3 * SECOND);
          long published = committed + random.nextLong(SECOND / 10);
          world.at(committed, () -> world.commit(second));
          world.at(published, () -> world.publish(second));
          for (int i = 0; i < 5; i++) {
            int service = random.nextInt(instances);
            world.at(random.nextLong(4 * SECOND), () -> world.restart(service));
          }
          long step = random.nextLong(-3 * SECOND, 3 * SECOND);
          world.at(random.nextLong(4 * SECOND), () -> world.stepRedisClock(step));
          long cut = random.nextLong(4 * SECOND);
          world.at(cut, () -> world.cutOff(true));
          world.at(cut + random.nextLong(SECOND / 2), () -> world.cutOff(false));

          world.run();

          assertChargedAhead(world, lease(limit));
          assertThat(world.answers())
              .filteredOn(a -> a.epoch() == 1)
              .allMatch(a -> a.at() <= published + Math.max(lease(limit), ROUND_TRIP));
        });
  }

  @Test
  void refusesFewTooEarlyAtFourFifthsOfTheLimit() {
    for (var algorithm : ALGORITHMS) {
      for (int instances : INSTANCES) {
        var leased = busy(algorithm, 10_000, 10, 500);
        var exact = leased.in(LimitPrecision.EXACT);
        var ours = steady(leased, instances, 0.8);
        var theirs = steady(exact, instances, 0.8);

        long asked = ours.answers().size();
        long early = theirs.admitted() - ours.admitted();
        System.out.printf(
            "%s %d: asked %d, calls %d vs %d, early %d (%.3f %%), charged %d%n",
            algorithm,
            instances,
            asked,
            ours.calls(),
            theirs.calls(),
            early,
            100.0 * early / asked,
            ours.charges().stream().mapToLong(c -> c.requests()).sum() - ours.admitted());
        assertThat(early * 50).as("%s, %d", algorithm, instances).isLessThanOrEqualTo(asked);
      }
    }
  }

  private static LeaseWorld steady(Limit limit, int instances, double load) {
    var world = new LeaseWorld(instances, LeaseWorld.epoch(1, limit), SeededLoop.random(7));
    world.arrive(load * ArrivalCurve.perSecond(limit), 0, 30 * SECOND);
    world.run();
    return world;
  }

  private static List<Answer> admitted(LeaseWorld world) {
    return world.answers().stream().filter(Answer::admitted).toList();
  }

  /** What was admitted in any interval was charged in it, or one lease before. */
  private static void assertChargedAhead(LeaseWorld world, long lease) {
    var admitted = admitted(world);
    var charges = world.charges();
    long spent = 0;
    long most = Long.MAX_VALUE;
    long until = 0;
    long before = 0;
    int next = 0;
    int old = 0;
    for (var answer : admitted) {
      while (old < charges.size()
          && charges.get(old).at() < answer.at() - Math.max(lease, ROUND_TRIP)) {
        before += charges.get(old++).requests();
      }
      most = Math.min(most, spent - before);
      while (next < charges.size() && charges.get(next).at() <= answer.at()) {
        until += charges.get(next++).requests();
      }
      spent++;
      assertThat(spent - until).as("at %d", answer.at()).isLessThanOrEqualTo(most);
    }
  }

  /** As the limit's arrival curve has it, for intervals that are one lease longer. */
  private static void assertWithin(Limit limit, List<Answer> admitted) {
    long slack = Math.max(lease(limit), ROUND_TRIP) / MICRO + 1;
    for (int i = 0; i < admitted.size(); i += 1 + admitted.size() / 200) {
      for (int j = i; j < admitted.size(); j += 1 + admitted.size() / 200) {
        long micros = (admitted.get(j).at() - admitted.get(i).at()) / MICRO;
        assertThat((long) j - i + 1)
            .as("from %d, %d us", admitted.get(i).at(), micros)
            .isLessThanOrEqualTo(ArrivalCurve.most(limit, micros + slack));
      }
    }
  }

  private static long lease(Limit limit) {
    return limit.precision().lease().orElse(Duration.ZERO).toNanos();
  }

  private static int instances(RandomGenerator random) {
    return INSTANCES[random.nextInt(INSTANCES.length)];
  }

  private static double perSecond(Limit limit, RandomGenerator random) {
    return Math.min(5_000, ArrivalCurve.perSecond(limit) * random.nextDouble(0.2, 4));
  }

  private static Limit limit(RandomGenerator random) {
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
  private static Limit other(Limit limit, RandomGenerator random) {
    return limit.admitting(
        random.nextLong(1, 100), limit.window(), Math.max(1, random.nextLong(1, 100)));
  }

  private static Limit busy(LimitAlgorithm algorithm, long requests, long seconds, long leaseMs) {
    return new Limit(
        "rps",
        RequestMatch.ANY,
        List.of(),
        algorithm,
        requests,
        Duration.ofSeconds(seconds),
        requests,
        1,
        EnforcementMode.ENFORCE,
        Optional.empty(),
        LimitPrecision.leased(Duration.ofMillis(leaseMs)));
  }
}
