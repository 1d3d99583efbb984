package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.decision.ArrivalCurve;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.CounterKeyPart.ClientAddress;
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
  private static final int WORLDS = 200;
  private static final int KEYS = 100_000;
  private static final long SECOND = LeaseWorld.SECOND;
  private static final long MICRO = 1_000;

  /** A call that a request waits for takes no longer there and back. */
  private static final long ROUND_TRIP = 4_000_000;

  @Test
  void keysTakeNoMoreThanAShareOfTheHeap() {
    assertThat(QuotaLeases.mostKeys(96L << 20)).isEqualTo(2_048);
    assertThat(QuotaLeases.mostKeys(8L << 30)).isEqualTo(QuotaLeases.MOST_KEYS);
    assertThat(QuotaLeases.mostKeys(1L << 20)).isEqualTo(512);
  }

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
  void refusesFewTooEarly() {
    for (var algorithm : ALGORITHMS) {
      for (int instances : INSTANCES) {
        for (long requests : List.of(100L, 10_000L)) {
          var leased = busy(algorithm, requests);

          assertThat(early(leased, instances, 0.8)).isLessThanOrEqualTo(0.02);
          assertThat(early(leased, instances, 1.2)).isLessThanOrEqualTo(0.02);
        }
      }
    }
  }

  @Test
  void asksRedisForFewOfABusyKeysRequests() {
    for (var algorithm : ALGORITHMS) {
      for (int instances : INSTANCES) {
        var world = steady(busy(algorithm, 10_000), instances, 0.8);

        assertThat(world.calls() * 10)
            .as("%s, %d instances", algorithm, instances)
            .isLessThanOrEqualTo(world.answers().size());
      }
    }
  }

  @Test
  void aShadowWindowThatCountsNothingLeavesTheLease() {
    var leased = busy(LimitAlgorithm.TOKEN_BUCKET, 10_000);
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
    var limit = busy(LimitAlgorithm.SLIDING_WINDOW, 1_000);

    assertThat(steady(limit, 4, 1.1).answers()).isEqualTo(steady(limit, 4, 1.1).answers());
  }

  @Test
  void aHundredThousandKeysTakeNoMoreMemoryThanTheBound() {
    var limit = limited(LimitAlgorithm.TOKEN_BUCKET, 1_000, List.of(new ClientAddress()));
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
    var limit = busy(LimitAlgorithm.TOKEN_BUCKET, 10_000);
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
    var limit = busy(LimitAlgorithm.TOKEN_BUCKET, 10_000);
    var world = new LeaseWorld(1, LeaseWorld.epoch(1, limit), SeededLoop.random(9));
    world.slow(10 * lease(limit) / ROUND_TRIP);
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

  private static Limit window(long requests, Duration window, EnforcementMode mode) {
    return new Limit(
        "window",
        RequestMatch.ANY,
        List.of(),
        LimitAlgorithm.FIXED_WINDOW,
        requests,
        window,
        Math.max(1, requests),
        1,
        mode,
        Optional.empty(),
        LimitPrecision.leased(Duration.ofMillis(500)));
  }

  private static Limit busy(LimitAlgorithm algorithm, long requests) {
    return limited(algorithm, requests, List.of());
  }

  /** In five seconds, with leases of half a second. */
  private static Limit limited(LimitAlgorithm algorithm, long requests, List<CounterKeyPart> key) {
    return new Limit(
        "rps",
        RequestMatch.ANY,
        key,
        algorithm,
        requests,
        Duration.ofSeconds(5),
        requests,
        1,
        EnforcementMode.ENFORCE,
        Optional.empty(),
        LimitPrecision.leased(Duration.ofMillis(500)));
  }
}
