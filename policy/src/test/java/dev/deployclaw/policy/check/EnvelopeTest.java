package dev.deployclaw.policy.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.decide.Ask;
import dev.deployclaw.policy.decide.Charge;
import dev.deployclaw.policy.decide.Counter;
import dev.deployclaw.policy.decide.Reference;
import dev.deployclaw.policy.decide.Rule;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import dev.deployclaw.policy.model.Mode;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the envelope claims of two limits, against the definition of the algorithms. */
class EnvelopeTest {
  private static final int PAIRS = 4_000;
  private static final int STEPS = 150;
  private static final List<Algorithm> DEFINED =
      List.of(
          Algorithm.TOKEN_BUCKET, Algorithm.SLIDING_WINDOW, Algorithm.FIXED_WINDOW, Algorithm.GCRA);

  @Test
  void claimsNeverBindsOnlyOfLimitsThatNeverRefuse() {
    int claims = 0;
    for (long seed = 0; seed < PAIRS; seed++) {
      var random = new Random(seed);
      var limit = limit("limit", random);
      var other = limit("other", random);
      if (Envelope.neverBinds(limit, other)) {
        claims++;
        assertNeverRefusesAlone(limit, other, random);
      }
    }
    assertThat(claims).isGreaterThan(PAIRS / 20);
  }

  @Test
  void boundsWhatALimitAdmits() {
    for (long seed = 0; seed < PAIRS; seed++) {
      var random = new Random(seed);
      var limit = limit("limit", random);
      var counters = new HashMap<String, Counter>();
      long start = 1_700_000_000_000_000L + random.nextLong(100_000_000);
      long now = start;
      long admitted = 0;

      for (int step = 0; step < STEPS; step++) {
        now += random.nextLong(700_000);
        admitted += Reference.decide(counters, Ask.one(List.of(charge(limit))), now).admitted();
      }

      assertThat(admitted)
          .as("seed %d", seed)
          .isLessThanOrEqualTo(Envelope.most(limit, now - start + 1));
    }
  }

  private static void assertNeverRefusesAlone(Limit limit, Limit other, Random random) {
    var counters = new HashMap<String, Counter>();
    long now = 1_700_000_000_000_000L + random.nextLong(100_000_000);
    for (int step = 0; step < STEPS; step++) {
      now += random.nextInt(3) == 0 ? 0 : random.nextLong(2_000_000);
      var ask = Ask.one(List.of(charge(limit), charge(other)));
      var verdicts = Reference.decide(counters, ask, now).verdicts();
      boolean alone = verdicts.get(0).fits() == 0 && verdicts.get(1).fits() == 1;
      assertThat(alone).as("%s, %s", Phrases.of(limit), Phrases.of(other)).isFalse();
    }
  }

  private static Charge charge(Limit limit) {
    return new Charge(limit.name(), Rule.of(limit), 1);
  }

  private static Limit limit(String name, Random random) {
    return new Limit(
        name,
        Match.ANY,
        List.of(),
        DEFINED.get(random.nextInt(DEFINED.size())),
        random.nextLong(1, 12),
        Duration.ofSeconds(random.nextLong(1, 6)),
        random.nextLong(1, 12),
        random.nextLong(1, 3),
        Mode.ENFORCE,
        Optional.empty());
  }
}
