package dev.deployclaw.ratelimit.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.redis.EpochPolicySet;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;

/**
 * Services in four seconds with a change, of which some learn long after Redis and some never; with
 * services that are killed, one that is cut off alone or several, and a step of Redis' clock.
 *
 * @param before what is decided by first
 * @param learned when each service learned of the change
 */
record TroubledWorld(
    LeaseWorld world, Limit limit, EpochPolicySet before, long published, List<Long> learned) {
  private static final long SECOND = LeaseWorld.SECOND;
  private static final long ALL = 4 * SECOND;
  private static final int KILLS = 5;
  private static final int CUTS = 3;

  static TroubledWorld of(RandomGenerator random, LeaseWorld.DecisionBackend redis) {
    var limit = LeaseCases.any(random);
    var before = LeaseWorld.epoch(1, limit);
    var after = LeaseWorld.epoch(2, LeaseCases.changed(limit, random));
    int services = LeaseCases.instances(random);
    var world = new LeaseWorld(services, before, random, redis);
    world.arrive(LeaseCases.perSecond(limit, random), 0, ALL);
    long committed = random.nextLong(SECOND, 3 * SECOND);
    long published = committed + random.nextLong(SECOND / 10);
    world.at(committed, () -> world.commit(after));
    world.at(published, () -> world.publish(after));
    var learned = IntStream.range(0, services).mapToObj(_ -> committed + lag(random)).toList();
    for (int i = 0; i < services; i++) {
      int service = i;
      world.at(learned.get(i), () -> world.learn(service));
    }
    for (int i = 0; i < KILLS; i++) {
      int service = random.nextInt(services);
      world.at(random.nextLong(ALL), () -> world.restart(service));
    }
    for (int i = 0; i < CUTS; i++) {
      int service = random.nextInt(services);
      long cut = random.nextLong(ALL);
      world.at(cut, () -> world.cutOff(service, true));
      world.at(cut + random.nextLong(SECOND / 2), () -> world.cutOff(service, false));
    }
    long step = random.nextLong(-3 * SECOND, 3 * SECOND);
    world.at(random.nextLong(ALL), () -> world.stepRedisClock(step));
    return new TroubledWorld(world, limit, before, published, learned);
  }

  /** Mostly before Redis is told, sometimes long after it, sometimes not at all. */
  private static long lag(RandomGenerator random) {
    return switch (random.nextInt(6)) {
      case 0 -> ALL;
      case 1, 2 -> random.nextLong(SECOND);
      default -> random.nextLong(SECOND / 100);
    };
  }

  /**
   * Spent is only what was charged, and the epoch before a change for one lease at most. A service
   * that learns of the change later spends nothing of it from then on.
   */
  void assertLaws() {
    LeaseCases.assertChargedAhead(world, LeaseCases.lasts(limit));
    assertThat(world.answers())
        .filteredOn(answer -> answer.epoch() == before.epoch())
        .allMatch(answer -> answer.at() <= last(learned.get(answer.service())));
  }

  private long last(long learned) {
    long lease = published + LeaseCases.lasts(limit);
    return learned < published ? lease : Math.min(lease, learned + LeaseCases.ROUND_TRIP);
  }
}
