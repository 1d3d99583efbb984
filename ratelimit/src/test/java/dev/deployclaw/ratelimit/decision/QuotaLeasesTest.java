package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.model.CounterKeyPart.ClientAddress;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.ratelimit.decision.LeaseWorld.Answer;
import dev.deployclaw.testkit.SeededLoop;
import dev.deployclaw.testkit.Slow;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Leases against the reference model, on a clock of the test's own. */
class QuotaLeasesTest {
  private static final int WORLDS = 200;

  /** Those of the fast tier. */
  private static final int FEW = 50;

  private static final int KEYS = 100_000;
  private static final long SECOND = LeaseWorld.SECOND;
  private static final long MICRO = 1_000;

  @Test
  void keysTakeNoMoreThanAShareOfTheHeap() {
    assertThat(QuotaLeases.mostKeys(96L << 20)).isEqualTo(2_048);
    assertThat(QuotaLeases.mostKeys(8L << 30)).isEqualTo(QuotaLeases.MOST_KEYS);
    assertThat(QuotaLeases.mostKeys(1L << 20)).isEqualTo(512);
  }

  @Test
  void admitsNoMoreThanALimitSays() {
    play(1, FEW);
  }

  @Slow(
      guard = "dev.deployclaw.ratelimit.decision.QuotaLeasesTest#admitsNoMoreThanALimitSays",
      because = "it plays four times as many worlds")
  @Test
  void admitsNoMoreInAnyWorld() {
    play(1 + FEW, WORLDS - FEW);
  }

  private static void play(long first, int worlds) {
    SeededLoop.run(
        first,
        worlds,
        (_, random) -> {
          var limit = LeaseCases.any(random);
          int instances = LeaseCases.instances(random);
          var world = new LeaseWorld(instances, LeaseWorld.epoch(1, limit), random);
          world.arrive(LeaseCases.perSecond(limit, random), 0, 4 * SECOND);

          world.run();

          assertThat(world.answers()).isNotEmpty();
          assertWithin(limit, LeaseCases.admitted(world));
          LeaseCases.assertChargedAhead(world, LeaseCases.lasts(limit));
        });
  }

  @Test
  void refusesFewTooEarly() {
    assertFewTooEarly(100);
  }

  @Slow(
      guard = "dev.deployclaw.ratelimit.decision.QuotaLeasesTest#refusesFewTooEarly",
      because = "a large limit is asked ten thousand times in each case")
  @Test
  void refusesFewOfALargeLimitTooEarly() {
    assertFewTooEarly(10_000);
  }

  private static void assertFewTooEarly(long requests) {
    for (var algorithm : LeaseCases.ALGORITHMS) {
      for (int instances : LeaseCases.INSTANCES) {
        var leased = LeaseCases.busy(algorithm, requests);

        assertThat(early(leased, instances, 0.8)).isLessThanOrEqualTo(0.02);
        assertThat(early(leased, instances, 1.2)).isLessThanOrEqualTo(0.02);
      }
    }
  }

  @Test
  void asksRedisForFewOfABusyKeysRequests() {
    for (var algorithm : LeaseCases.ALGORITHMS) {
      for (int instances : LeaseCases.INSTANCES) {
        var world = steady(LeaseCases.busy(algorithm, 10_000), instances, 0.8);

        assertThat(world.calls() * 10)
            .as("%s, %d instances", algorithm, instances)
            .isLessThanOrEqualTo(world.answers().size());
      }
    }
  }

  @Test
  void aShadowWindowThatCountsNothingLeavesTheLease() {
    var leased = LeaseCases.busy(LimitAlgorithm.TOKEN_BUCKET, 10_000);
    var shadow = window(0, Duration.ofSeconds(5), EnforcementMode.SHADOW);
    var world = new LeaseWorld(1, LeaseWorld.epoch(1, leased, shadow), SeededLoop.random(7));
    world.arrive(0.8 * ArrivalCurve.perSecond(leased), 0, 10 * SECOND);

    world.run();

    var usage = world.service(0).usage().orElseThrow();
    assertThat(usage.fromMemory() * 10).isGreaterThan(usage.requests() * 9);
    assertThat(usage.lapsed() * 10).isLessThan(usage.requests());
  }

  @Test
  void fewUnitsLapseAtTheEndOfAFixedWindow() {
    var limit = window(1_000, Duration.ofSeconds(1), EnforcementMode.ENFORCE);
    var world = new LeaseWorld(1, LeaseWorld.epoch(1, limit), SeededLoop.random(7));
    world.arrive(500, 0, 20 * SECOND);

    world.run();

    var usage = world.service(0).usage().orElseThrow();
    assertThat(usage.fromMemory()).isGreaterThan(usage.requests() / 2);
    assertThat(usage.lapsed() * 50).isLessThan(usage.requests());
  }

  @Test
  void aSeedBringsTheSameEachTime() {
    var limit = LeaseCases.busy(LimitAlgorithm.SLIDING_WINDOW, 1_000);

    assertThat(steady(limit, 4, 1.1).answers()).isEqualTo(steady(limit, 4, 1.1).answers());
  }

  @Test
  void aHundredThousandKeysTakeNoMoreMemoryThanTheBound() {
    var limit =
        LeaseCases.limited(LimitAlgorithm.TOKEN_BUCKET, 1_000, List.of(new ClientAddress()));
    var world = new LeaseWorld(1, LeaseWorld.epoch(1, limit), SeededLoop.random(3));
    for (int i = 0; i < 2 * KEYS; i++) {
      String client = "client-" + i % KEYS;
      world.at(i * MICRO, () -> world.request(0, client));
    }
    world.at(4 * KEYS * MICRO, () -> world.request(0, "later"));
    world.at(60 * SECOND, () -> world.request(0, "much later"));

    world.run();

    assertThat(world.answers()).hasSize(2 * KEYS + 2).allMatch(Answer::admitted);
    assertThat(world.service(0).keys()).isBetween(2, QuotaLeases.MOST_KEYS);
    assertThat(world.exact()).as("requests of further keys").isPositive();
  }

  @Test
  void leasesThatEndedLapse() {
    var limit = LeaseCases.busy(LimitAlgorithm.TOKEN_BUCKET, 10_000);
    var world = new LeaseWorld(1, LeaseWorld.epoch(1, limit), SeededLoop.random(5));
    world.arrive(1_000, 0, 2 * SECOND);
    world.run();
    var busy = world.service(0).usage().orElseThrow();

    world.at(4 * SECOND, () -> world.request(0));
    world.run();

    var later = world.service(0).usage().orElseThrow();
    long charged = world.charges().stream().mapToLong(LeaseWorld.Charge::requests).sum();
    assertThat(busy.fromMemory()).isGreaterThan(busy.requests() / 2);
    assertThat(later.inHand()).isZero();
    assertThat(later.lapsed()).isPositive().isEqualTo(charged - world.admitted());
  }

  @Test
  void aRedisSlowerThanTheLeaseIsChargedForNothingAhead() {
    var limit = LeaseCases.busy(LimitAlgorithm.TOKEN_BUCKET, 10_000);
    var world = new LeaseWorld(1, LeaseWorld.epoch(1, limit), SeededLoop.random(9));
    world.slow(10 * LeaseCases.lease(limit) / LeaseCases.ROUND_TRIP);
    world.arrive(1_000, 0, 20 * SECOND);

    world.run();

    long charged = world.charges().stream().mapToLong(LeaseWorld.Charge::requests).sum();
    assertThat(world.answers()).isNotEmpty().allMatch(Answer::admitted);
    assertThat(charged).isEqualTo(world.admitted());
  }

  /** The share of all requests that an exact limit admits and the leased one doesn't. */
  private static double early(Limit leased, int instances, double load) {
    var ours = steady(leased, instances, load);
    var theirs = steady(leased.in(LimitPrecision.EXACT), instances, load);
    return (double) (theirs.admitted() - ours.admitted()) / ours.answers().size();
  }

  private static LeaseWorld steady(Limit limit, int instances, double load) {
    var world = new LeaseWorld(instances, LeaseWorld.epoch(1, limit), SeededLoop.random(7));
    world.arrive(load * ArrivalCurve.perSecond(limit), 0, 10 * SECOND);
    world.run();
    return world;
  }

  /** As the limit's arrival curve has it, for intervals that are one lease longer. */
  private static void assertWithin(Limit limit, List<Answer> admitted) {
    long slack = LeaseCases.lasts(limit) / MICRO + 1;
    for (int i = 0; i < admitted.size(); i += 1 + admitted.size() / 200) {
      for (int j = i; j < admitted.size(); j += 1 + admitted.size() / 200) {
        long micros = (admitted.get(j).at() - admitted.get(i).at()) / MICRO;
        assertThat((long) j - i + 1)
            .as("from %d, %d us", admitted.get(i).at(), micros)
            .isLessThanOrEqualTo(ArrivalCurve.most(limit, micros + slack));
      }
    }
  }

  private static Limit window(long requests, Duration window, EnforcementMode mode) {
    return Limit.tokenBucket("window", RequestMatch.ANY, requests, window)
        .by(LimitAlgorithm.FIXED_WINDOW)
        .in(mode)
        .in(LimitPrecision.leased(Duration.ofMillis(500)));
  }
}
