package dev.deployclaw.policy.decision;

import static dev.deployclaw.policy.decision.RuleFixtures.SECOND;
import static dev.deployclaw.policy.decision.RuleFixtures.atOnce;
import static dev.deployclaw.policy.decision.RuleFixtures.bucket;
import static dev.deployclaw.policy.decision.RuleFixtures.gcra;
import static dev.deployclaw.policy.decision.RuleFixtures.window;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/** What must hold of every history, tried on many seeded ones. */
class ReferenceModelPropertiesTest {
  private static final int HISTORIES = 200;
  private static final int STEPS = 200;
  private static final long START = 1_800_000_000L * SECOND;

  /** Each ask has a name of its own. */
  private static final AtomicLong ASKS = new AtomicLong();

  private record Admitted(long at, long requests) {}

  @Test
  void slidingWindowNeverAdmitsMoreThanItsRequestsInAnyInterval() {
    for (long seed = 0; seed < HISTORIES; seed++) {
      var random = random(seed);
      var rule = window(random.nextLong(1, 50), random.nextLong(1, 100));

      var history = history(random, List.of(rule));

      for (var end : history) {
        assertThat(sum(history, end.at() - rule.windowMicros(), end.at()))
            .as("seed %d", seed)
            .isLessThanOrEqualTo(rule.requests());
      }
    }
  }

  @Test
  void changingLimitsAdmitNoMoreThanTheLargestBurstAndTheFastestRate() {
    for (long seed = 0; seed < HISTORIES * 3; seed++) {
      var random = random(seed);
      var rules = List.of(rule(random), rule(random), rule(random));
      long burst = rules.stream().mapToLong(LimitRule::capacity).max().orElseThrow();
      double rate = rules.stream().mapToDouble(RuleFixtures::rate).max().orElseThrow();

      var history = history(random, rules);

      for (int from = 0; from < history.size(); from++) {
        long sum = 0;
        for (var end : history.subList(from, history.size())) {
          sum += end.requests();
          assertThat((double) sum)
              .as("seed %d", seed)
              .isLessThanOrEqualTo(burst + rate * (end.at() - history.get(from).at()) + 0.001);
        }
      }
    }
  }

  @Test
  void withFixedWindowsAmongThemTheyAdmitNoMoreThanTwiceTheLargestBurstAndTheFastestRate() {
    for (long seed = 0; seed < HISTORIES * 3; seed++) {
      var random = random(seed);
      var rules = List.of(fixed(random), fixed(random), rule(random), fixed(random));
      long burst = 2 * rules.stream().mapToLong(LimitRule::capacity).max().orElseThrow();
      double rate = rules.stream().mapToDouble(RuleFixtures::rate).max().orElseThrow();

      var history = history(random, rules);

      for (int from = 0; from < history.size(); from++) {
        long sum = 0;
        for (var end : history.subList(from, history.size())) {
          sum += end.requests();
          assertThat((double) sum)
              .as("seed %d", seed)
              .isLessThanOrEqualTo(burst + rate * (end.at() - history.get(from).at()) + 0.001);
        }
      }
    }
  }

  /** The virtual scheduling of ITU-T I.371, with fractions of a microsecond. */
  @Test
  void gcraIsTheVirtualSchedulingOfItsStandard() {
    for (long seed = 0; seed < HISTORIES; seed++) {
      var random = random(seed);
      var rule = gcra(random.nextLong(1, 50), random.nextLong(1, 100), random.nextLong(1, 20));
      Map<String, LimitCounter> counters = new HashMap<>();
      BigInteger requests = BigInteger.valueOf(rule.requests());
      BigInteger arrival = BigInteger.ZERO; // theoretical, in 1/requests microseconds
      long now = START;
      for (int i = 0; i < STEPS; i++) {
        now += random.nextLong(rule.windowMicros() / rule.requests() * 3);
        long cost = 1 + random.nextLong(3);
        BigInteger at = BigInteger.valueOf(now).multiply(requests);
        BigInteger next = arrival.max(at).add(BigInteger.valueOf(cost * rule.windowMicros()));
        BigInteger latest = at.add(BigInteger.valueOf(rule.burst() * rule.windowMicros()));
        boolean conforms = next.compareTo(latest) <= 0;
        arrival = conforms ? next : arrival;

        var decision =
            ReferenceModel.decide(
                counters,
                new AdmissionRequest(false, List.of(new CounterCharge("a", rule, cost)), 1),
                now);

        assertThat(decision.allowed()).as("seed %d, step %d", seed, i).isEqualTo(conforms);
      }
    }
  }

  @Test
  void placesUnderWayNeverExceedTheLimitWhateverEndsThem() {
    for (long seed = 0; seed < HISTORIES; seed++) {
      var random = random(seed);
      var rule = atOnce(random.nextLong(1, 30), random.nextLong(1, 60));
      Map<String, LimitCounter> counters = new HashMap<>();
      Map<String, Long> ends = new LinkedHashMap<>();
      long now = START;
      for (int i = 0; i < STEPS; i++) {
        now += random.nextLong(rule.windowMicros() / 10);
        long at = now;
        ends.values().removeIf(end -> end <= at);
        if (!ends.isEmpty() && random.nextInt(3) == 0) {
          String id = ends.keySet().iterator().next();
          ends.remove(id);
          assertThat(ReferenceModel.release(counters, "a", id)).as("seed %d", seed).isTrue();
          continue;
        }
        var charges = List.of(new CounterCharge("a", rule, 1));
        long asked = 1 + random.nextLong(8);
        String lease = Integer.toHexString(i);

        var decision =
            ReferenceModel.decide(
                counters, new AdmissionRequest(false, charges, asked, lease), now);

        assertThat(decision.admitted())
            .as("seed %d", seed)
            .isEqualTo(Math.min(asked, rule.requests() - ends.size()));
        for (long n = 0; n < decision.admitted(); n++) {
          ends.put(AdmittedUnits.id(1, lease, n), now + rule.windowMicros());
        }
      }
    }
  }

  @Test
  void refusedRequestFitsAfterTheToldWaitAndNotBefore() {
    for (long seed = 0; seed < HISTORIES * 10; seed++) {
      var random = random(seed);
      var rule = List.of(rule(random), fixed(random), held(random)).get(random.nextInt(3));
      Map<String, LimitCounter> counters = new HashMap<>();
      long now = START;
      for (int i = 0; i < 20; i++) {
        now += random.nextLong(rule.windowMicros() / 10);
        ask(counters, rule, 1 + random.nextLong(20), now);
      }

      var refused = ask(counters, rule, 1_000, now);

      long wait = refused.retryAfterMicros();
      assertThat(wait).as("seed %d", seed).isPositive();
      assertThat(ask(new HashMap<>(counters), rule, 1, now + wait - 1).allowed()).isFalse();
      assertThat(ask(counters, rule, 1, now + wait).allowed()).isTrue();
    }
  }

  private static LimitRule fixed(RandomGenerator random) {
    return RuleFixtures.fixed(random.nextLong(1, 50), random.nextLong(1, 100));
  }

  private static LimitRule held(RandomGenerator random) {
    return atOnce(random.nextLong(1, 50), random.nextLong(1, 100));
  }

  private static LimitRule rule(RandomGenerator random) {
    return random.nextInt(3) == 0
        ? gcra(random.nextLong(1, 50), random.nextLong(1, 100), random.nextLong(1, 100))
        : bucketOrWindow(random);
  }

  private static LimitRule bucketOrWindow(RandomGenerator random) {
    return random.nextBoolean()
        ? bucket(random.nextLong(1, 50), random.nextLong(1, 100), random.nextLong(1, 100))
        : window(random.nextLong(1, 50), random.nextLong(1, 100));
  }

  private static List<Admitted> history(RandomGenerator random, List<LimitRule> rules) {
    Map<String, LimitCounter> counters = new HashMap<>();
    var history = new ArrayList<Admitted>();
    long now = START;
    for (int i = 0; i < STEPS; i++) {
      var rule = rules.get(random.nextInt(rules.size()));
      now += random.nextLong(rule.windowMicros() / 4);
      long admitted = ask(counters, rule, 1 + random.nextLong(10), now).admitted();
      if (admitted > 0) {
        history.add(new Admitted(now, admitted));
      }
    }
    return history;
  }

  private static AdmissionDecision ask(
      Map<String, LimitCounter> counters, LimitRule rule, long requests, long at) {
    var charges = List.of(new CounterCharge("a", rule, 1));
    return ReferenceModel.decide(
        counters,
        new AdmissionRequest(false, charges, requests, Long.toHexString(ASKS.incrementAndGet())),
        at);
  }

  private static long sum(List<Admitted> history, long after, long until) {
    return history.stream()
        .filter(a -> a.at() > after && a.at() <= until)
        .mapToLong(Admitted::requests)
        .sum();
  }

  private static RandomGenerator random(long seed) {
    return new java.util.SplittableRandom(seed);
  }
}
