package dev.deployclaw.policy.decision;

import static dev.deployclaw.policy.decision.RuleFixtures.SECOND;
import static dev.deployclaw.policy.decision.RuleFixtures.atOnce;
import static dev.deployclaw.policy.decision.RuleFixtures.bucket;
import static dev.deployclaw.policy.decision.RuleFixtures.costing;
import static dev.deployclaw.policy.decision.RuleFixtures.shadow;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ConcurrencyLeasesTest {
  private static final long START = 1_800_000_000L * SECOND;

  private final Map<String, LimitCounter> counters = new HashMap<>();

  @Test
  void admitsAsManyAsTheLimitUntilOneIsReleased() {
    var rule = atOnce(3, 60);

    assertThat(admitted("a", 5, START, rule)).isEqualTo(3);
    assertThat(admitted("b", 1, START + 1, rule)).isZero();
    assertThat(ReferenceModel.release(counters, "c", "1/a:1")).isTrue();
    assertThat(admitted("c", 5, START + 2, rule)).isEqualTo(1);
  }

  @Test
  void whatACrashedClientHeldComesBackWhenItsLeaseEnds() {
    var rule = atOnce(2, 60);
    admitted("a", 1, START, rule);
    admitted("b", 1, START + 5 * SECOND, rule);

    var refused = ask("c", 1, START + 10 * SECOND, new CounterCharge("c", rule, 1));

    assertThat(refused.retryAfterMicros()).isEqualTo(50 * SECOND);
    assertThat(admitted("d", 9, START + 60 * SECOND - 1, rule)).isZero();
    assertThat(admitted("e", 9, START + 60 * SECOND, rule)).isEqualTo(1);
    assertThat(admitted("f", 9, START + 65 * SECOND, rule)).isEqualTo(1);
  }

  @Test
  void aSecondReleaseFreesNobodyElsesPlace() {
    var rule = atOnce(2, 60);
    admitted("a", 2, START, rule);

    assertThat(ReferenceModel.release(counters, "c", "1/a:0")).isTrue();
    admitted("b", 1, START, rule);
    assertThat(ReferenceModel.release(counters, "c", "1/a:0")).isFalse();
    assertThat(admitted("d", 1, START, rule)).isZero();
  }

  @Test
  void aCostIsHeldWhole() {
    var rule = costing(atOnce(7, 60), 3);

    assertThat(admitted("a", 5, START, rule)).isEqualTo(2);
    assertThat(ReferenceModel.release(counters, "c", "3/a:0")).isTrue();
    assertThat(admitted("b", 5, START, rule)).isEqualTo(1);
  }

  @Test
  void nothingIsHeldWhereAnotherLimitRefuses() {
    var held = new CounterCharge("c", atOnce(5, 60), 1);
    var narrow = new CounterCharge("n", bucket(1, 60, 1), 1);

    assertThat(ask("a", 3, START, held, narrow).admitted()).isEqualTo(1);
    assertThat(admitted("b", 9, START, atOnce(5, 60))).isEqualTo(4);
  }

  @Test
  void aShadowLimitHoldsWhatItWouldHaveAdmittedAndRefusesNothing() {
    var tried = new CounterCharge("c", shadow(atOnce(2, 60)), 1);

    var decision = ask("a", 5, START, tried);

    assertThat(decision.allowed()).isTrue();
    assertThat(decision.verdicts().getFirst().fits()).isEqualTo(2);
    assertThat(decision.verdicts().getFirst().remaining()).isZero();
  }

  @Test
  void aLoweredLimitWaitsForWhatIsUnderWayAndTheWayBackFreesNothing() {
    admitted("a", 10, START, atOnce(10, 60));

    assertThat(admitted("b", 1, START + 1, atOnce(4, 60))).isZero();
    for (int i = 0; i < 7; i++) {
      ReferenceModel.release(counters, "c", "1/a:" + i);
    }
    assertThat(admitted("d", 9, START + 2, atOnce(4, 60))).isEqualTo(1);
    assertThat(admitted("e", 99, START + 3, atOnce(10, 60))).isEqualTo(6);
  }

  @Test
  void aShorterLeaseEndsNoneThatIsUnderWay() {
    admitted("a", 1, START, atOnce(1, 3600));

    assertThat(admitted("b", 1, START + 10 * SECOND, atOnce(1, 1))).isZero();
    assertThat(admitted("c", 1, START + 3600 * SECOND, atOnce(1, 1))).isEqualTo(1);
  }

  @Test
  void aDebtSleepsWhileTheLimitIsOneOfConcurrency() {
    admitted("a", 10, START, bucket(10, 3600, 10));
    assertThat(admitted("b", 5, START + 1, atOnce(5, 60))).isEqualTo(5);

    assertThat(admitted("d", 9, START + 2, bucket(10, 3600, 10))).isZero();
    assertThat(admitted("e", 9, START + 2 * 360 * SECOND, bucket(10, 3600, 10))).isEqualTo(2);
  }

  @Test
  void leasesTakeTheirShareOfALimitByTimeUntilTheyEnd() {
    admitted("a", 4, START, atOnce(5, 60));

    assertThat(admitted("b", 99, START + 1, bucket(10, 3600, 10))).isEqualTo(6);
    assertThat(ReferenceModel.release(counters, "c", "1/a:2")).isTrue();
    assertThat(admitted("d", 99, START + 2, bucket(10, 3600, 10))).isEqualTo(1);
    assertThat(admitted("e", 99, START + 60 * SECOND, bucket(10, 3600, 10))).isEqualTo(3);
  }

  @Test
  void zeroAtOnceAdmitsNothing() {
    assertThat(admitted("a", 1, START, atOnce(0, 60))).isZero();
  }

  private long admitted(String lease, long requests, long at, LimitRule rule) {
    return ask(lease, requests, at, new CounterCharge("c", rule, 1)).admitted();
  }

  private AdmissionDecision ask(String lease, long requests, long at, CounterCharge... charges) {
    return ReferenceModel.decide(
        counters, new AdmissionRequest(false, Arrays.asList(charges), requests, lease), at);
  }
}
