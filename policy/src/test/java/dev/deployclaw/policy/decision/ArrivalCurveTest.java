package dev.deployclaw.policy.decision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.finding.LimitPhrases;
import dev.deployclaw.policy.model.EnforcementMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.LimitPrecision;
import dev.deployclaw.policy.model.RequestMatch;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What the envelope claims of two limits, against the definition of the algorithms. */
class ArrivalCurveTest {
  private static final int PAIRS = 4_000;
  private static final int STEPS = 150;
  private static final List<LimitAlgorithm> DEFINED =
      List.of(
          LimitAlgorithm.TOKEN_BUCKET,
          LimitAlgorithm.SLIDING_WINDOW,
          LimitAlgorithm.FIXED_WINDOW,
          LimitAlgorithm.GCRA);

  @Test
  void claimsNeverBindsOnlyOfLimitsThatNeverRefuse() {
    int claims = 0;
    for (long seed = 0; seed < PAIRS; seed++) {
      var random = new Random(seed);
      var limit = limit("limit", random);
      var other = limit("other", random);
      if (ArrivalCurve.neverBinds(limit, other)) {
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
      var counters = new HashMap<String, LimitCounter>();
      long start = 1_700_000_000_000_000L + random.nextLong(100_000_000);
      long now = start;
      long admitted = 0;

      for (int step = 0; step < STEPS; step++) {
        now += random.nextLong(700_000);
        admitted +=
            ReferenceModel.decide(
                    counters, new AdmissionRequest(false, List.of(charge(limit)), 1), now)
                .admitted();
      }

      assertThat(admitted)
          .as("seed %d", seed)
          .isLessThanOrEqualTo(ArrivalCurve.most(limit, now - start + 1));
    }
  }

  private static void assertNeverRefusesAlone(Limit limit, Limit other, Random random) {
    var counters = new HashMap<String, LimitCounter>();
    long now = 1_700_000_000_000_000L + random.nextLong(100_000_000);
    for (int step = 0; step < STEPS; step++) {
      now += random.nextInt(3) == 0 ? 0 : random.nextLong(2_000_000);
      var ask = new AdmissionRequest(false, List.of(charge(limit), charge(other)), 1);
      var verdicts = ReferenceModel.decide(counters, ask, now).verdicts();
      boolean alone = verdicts.get(0).fits() == 0 && verdicts.get(1).fits() == 1;
      assertThat(alone).as("%s, %s", LimitPhrases.of(limit), LimitPhrases.of(other)).isFalse();
    }
  }

  private static CounterCharge charge(Limit limit) {
    return new CounterCharge(limit.name(), LimitRule.of(limit), 1);
  }

  private static Limit limit(String name, Random random) {
    return new Limit(
        name,
        RequestMatch.ANY,
        List.of(),
        DEFINED.get(random.nextInt(DEFINED.size())),
        random.nextLong(1, 12),
        Duration.ofSeconds(random.nextLong(1, 6)),
        random.nextLong(1, 12),
        random.nextLong(1, 3),
        EnforcementMode.ENFORCE,
        Optional.empty(),
        LimitPrecision.EXACT);
  }
}
