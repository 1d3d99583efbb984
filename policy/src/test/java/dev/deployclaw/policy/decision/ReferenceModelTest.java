package dev.deployclaw.policy.decision;

import static dev.deployclaw.policy.decision.RuleFixtures.SECOND;
import static dev.deployclaw.policy.decision.RuleFixtures.bucket;
import static dev.deployclaw.policy.decision.RuleFixtures.costing;
import static dev.deployclaw.policy.decision.RuleFixtures.shadow;
import static dev.deployclaw.policy.decision.RuleFixtures.window;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ReferenceModelTest {
  private static final long START = 1_800_000_000L * SECOND;

  private final Map<String, LimitCounter> counters = new HashMap<>();

  @Test
  void bucketAdmitsItsBurstThenRefillsAtItsRate() {
    var rule = bucket(60, 60, 5);

    assertThat(admitted(8, START, rule)).isEqualTo(5);
    assertThat(admitted(1, START + SECOND - 1, rule)).isZero();
    assertThat(admitted(1, START + SECOND, rule)).isEqualTo(1);
    assertThat(admitted(9, START + 100 * SECOND, rule)).isEqualTo(5);
  }

  @Test
  void bucketLosesNoFractionOfAToken() {
    var rule = bucket(7, 3, 1);

    long total = 0;
    for (long at = 0; at <= 3_000 * SECOND; at += 1_000) {
      total += admitted(1, START + at, rule);
    }

    // One token every 428,571.4 microseconds, asked for every 1,000: at most 572 lost each time.
    assertThat(total).isBetween(1L + 7_000 - 10, 1L + 7_000);
  }

  @Test
  void windowAdmitsNoMoreThanItsRequestsInAnyWindow() {
    var rule = window(10, 16);

    assertThat(admitted(7, START, rule)).isEqualTo(7);
    assertThat(admitted(7, START + 8 * SECOND, rule)).isEqualTo(3);
    assertThat(admitted(1, START + 17 * SECOND - 1, rule)).isZero();
    assertThat(admitted(9, START + 17 * SECOND, rule)).isEqualTo(7);
    assertThat(admitted(9, START + 25 * SECOND, rule)).isEqualTo(3);
  }

  @Test
  void refusedRequestCostsNothing() {
    var rule = bucket(1, 60, 10);
    admitted(4, START, rule);

    for (int i = 0; i < 1_000; i++) {
      assertThat(ask(START, 1, new CounterCharge("a", rule, 7)).allowed()).isFalse();
    }

    assertThat(ask(START, 1, new CounterCharge("a", rule, 6)).allowed()).isTrue();
  }

  @Test
  void allLimitsDecideTogetherOrNothingIsCharged() {
    var wide = new CounterCharge("wide", bucket(100, 60, 100), 1);
    var narrow = new CounterCharge("narrow", window(2, 60), 1);

    var first = ask(START, 5, wide, narrow);
    var second = ask(START, 5, wide, narrow);

    assertThat(first.admitted()).isEqualTo(2);
    assertThat(first.verdicts().getFirst().remaining()).isEqualTo(98);
    assertThat(second.admitted()).isZero();
    assertThat(second.verdicts().getFirst().remaining()).isEqualTo(98);
  }

  @Test
  void shadowLimitNeverVetoesAndTellsWhatItWouldAdmit() {
    var real = new CounterCharge("real", bucket(100, 60, 100), 1);
    var tried = new CounterCharge("tried", shadow(bucket(3, 60, 3)), 1);

    var decision = ask(START, 5, real, tried);

    assertThat(decision.allowed()).isTrue();
    assertThat(decision.retryAfterMicros()).isZero();
    assertThat(decision.verdicts().getLast().fits()).isEqualTo(3);
    assertThat(decision.verdicts().getLast().remaining()).isZero();
  }

  @Test
  void blockedTenantIsRefusedAndChargedNothing() {
    var rule = bucket(10, 60, 10);

    var decision =
        ReferenceModel.decide(
            counters,
            new AdmissionRequest(true, List.of(new CounterCharge("a", rule, 1)), 1),
            START);

    assertThat(decision.allowed()).isFalse();
    assertThat(decision.retryAfterMicros()).isEqualTo(AdmissionDecision.NEVER);
    assertThat(admitted(20, START, rule)).isEqualTo(10);
  }

  @Test
  void costAboveOneIsTakenWholeAndAboveTheCapacityNever() {
    assertThat(admitted(9, START, costing(bucket(10, 60, 10), 3))).isEqualTo(3);

    var over = ask(START, 1, new CounterCharge("b", costing(window(10, 60), 11), 1));

    assertThat(over.allowed()).isFalse();
    assertThat(over.retryAfterMicros()).isEqualTo(AdmissionDecision.NEVER);
  }

  @Test
  void zeroRequestsAdmitNothing() {
    assertThat(admitted(1, START, bucket(0, 60, 1))).isZero();
    assertThat(admitted(1, START, window(0, 60))).isZero();
  }

  @Test
  void changedLimitGivesNoSecondBucketAndNeitherDoesTheWayBack() {
    var before = bucket(1000, 60, 1000);
    admitted(1000, START, before);

    assertThat(admitted(9, START + 1, bucket(1000, 60, 500))).isZero();
    assertThat(admitted(9, START + 2, bucket(10, 60, 10))).isZero();
    assertThat(admitted(9, START + 3, window(1000, 60))).isZero();
    assertThat(admitted(9, START + 4, bucket(0, 60, 1))).isZero();
    assertThat(admitted(9, START + 5, before)).isZero();
  }

  @Test
  void raisedBurstIsThereAtOnceLessWhatIsOwed() {
    admitted(50, START, bucket(60, 60, 50));

    assertThat(admitted(500, START, bucket(60, 60, 200))).isEqualTo(150);
  }

  @Test
  void raisedRateFreesWhoWaitedUnderTheSlowOne() {
    admitted(100, START, bucket(1, 86_400, 100));

    assertThat(admitted(100, START + 60 * SECOND, bucket(100, 60, 100))).isEqualTo(100);
  }

  @Test
  void longWindowThatBecameABucketHoldsNobodyToItsLength() {
    admitted(1000, START, window(1000, 30 * 86_400));

    assertThat(admitted(1000, START, bucket(100, 60, 100))).isZero();
    assertThat(admitted(1000, START + 30 * 86_400 / 16 * SECOND * 2, bucket(100, 60, 100)))
        .isEqualTo(100);
  }

  @Test
  void clockThatStepsBackLosesAndGivesAtMostTheStep() {
    var rule = bucket(60, 60, 60);
    admitted(60, START, rule);

    assertThat(admitted(60, START - 3600 * SECOND, rule)).isZero();
    assertThat(admitted(60, START - 3590 * SECOND, rule)).isEqualTo(10);
  }

  @Test
  void extremesStayExact() {
    var fast = bucket(1_000_000_000, 1, 1_000_000_000);
    var slow = bucket(1, 30 * 86_400, 1_000_000_000);

    assertThat(admitted(1_000_000_000, START, fast)).isEqualTo(1_000_000_000);
    assertThat(admitted(1_000_000_000, START + 1, fast)).isEqualTo(1_000);
    var all = ask(START, 1, new CounterCharge("slow", slow, 1_000_000_000));
    assertThat(all.allowed()).isTrue();
    assertThat(all.verdicts().getFirst().resetMicros()).isEqualTo(AdmissionDecision.NEVER);
    assertThat(all.verdicts().getFirst().waitMicros()).isEqualTo(AdmissionDecision.NEVER);
    assertThat(ask(START + 30 * 86_400 * SECOND, 1, new CounterCharge("slow", slow, 1)).allowed())
        .isTrue();
  }

  private long admitted(long requests, long at, LimitRule rule) {
    return ask(at, requests, new CounterCharge("a", rule, 1)).admitted();
  }

  private AdmissionDecision ask(long at, long requests, CounterCharge... charges) {
    return ReferenceModel.decide(
        counters, new AdmissionRequest(false, Arrays.asList(charges), requests), at);
  }
}
