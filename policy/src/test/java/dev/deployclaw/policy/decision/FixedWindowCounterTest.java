package dev.deployclaw.policy.decision;

import static dev.deployclaw.policy.decision.RuleFixtures.SECOND;
import static dev.deployclaw.policy.decision.RuleFixtures.bucket;
import static dev.deployclaw.policy.decision.RuleFixtures.fixed;
import static dev.deployclaw.policy.decision.RuleFixtures.window;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FixedWindowCounterTest {
  private static final long START = 1_800_000_000L * SECOND; // a whole minute
  private static final long MINUTE = 60 * SECOND;

  private final Map<String, LimitCounter> counters = new HashMap<>();

  @Test
  void beginsAfreshWhenItsWindowEnds() {
    var rule = fixed(10, 60);

    assertThat(admitted(7, START + 59 * SECOND, rule)).isEqualTo(7);
    assertThat(admitted(7, START + MINUTE - 1, rule)).isEqualTo(3);
    assertThat(ask(START + MINUTE - 1, rule).retryAfterMicros()).isEqualTo(1);
    assertThat(admitted(20, START + MINUTE, rule)).isEqualTo(10);
  }

  @Test
  void aWeekBeginsOnMonday() {
    long sunday = Instant.parse("2026-11-29T23:59:59.999999Z").toEpochMilli() * 1_000 + 999;
    var rule = fixed(3, 7 * 86_400);

    assertThat(admitted(9, sunday, rule)).isEqualTo(3);
    assertThat(admitted(9, sunday + 1, rule)).isEqualTo(3);
    assertThat(admitted(9, sunday + 4 * 86_400 * SECOND, rule)).isZero();
  }

  @Test
  void aRaisedLimitGivesTheDifferenceAtOnce() {
    admitted(10, START, fixed(10, 60));

    assertThat(admitted(99, START + 1, fixed(25, 60))).isEqualTo(15);
    assertThat(admitted(99, START + 2, fixed(10, 60))).isZero();
    assertThat(admitted(99, START + 3, fixed(25, 60))).isZero();
  }

  @Test
  void anotherRuleTakesItForADebtAndSoDoesTheWayBack() {
    admitted(10, START, fixed(10, 60));

    assertThat(admitted(9, START + 1, bucket(10, 60, 10))).isZero();
    assertThat(admitted(9, START + 2, window(10, 60))).isZero();
    assertThat(admitted(9, START + 3, fixed(10, 300))).isZero();
    assertThat(admitted(9, START + 4, fixed(10, 60))).isZero();
  }

  @Test
  void aSwitchAtTheEndOfAWindowIsNoSecondStart() {
    admitted(10, START + MINUTE - 1, fixed(10, 60));

    assertThat(admitted(99, START + MINUTE, bucket(10, 60, 10))).isZero();
    assertThat(admitted(99, START + MINUTE + 30 * SECOND, bucket(10, 60, 10))).isEqualTo(5);
  }

  @Test
  void aDebtThatItMetIsCarriedOverTheEndOfTheWindow() {
    admitted(10, START + MINUTE - 2, bucket(10, 60, 10));
    admitted(1, START + MINUTE - 1, fixed(11, 60));

    assertThat(admitted(99, START + MINUTE, fixed(11, 60))).isZero();
    assertThat(admitted(99, START + 2 * MINUTE, fixed(11, 60))).isEqualTo(11);
  }

  @Test
  void aClockThatStepsBackForgetsNothing() {
    admitted(10, START, fixed(10, 60));

    assertThat(admitted(9, START - 3600 * SECOND, fixed(10, 60))).isZero();
    assertThat(admitted(99, START - 3600 * SECOND + MINUTE, fixed(10, 60))).isEqualTo(10);
  }

  private long admitted(long requests, long at, LimitRule rule) {
    var ask = new AdmissionRequest(false, List.of(new CounterCharge("a", rule, 1)), requests);
    return ReferenceModel.decide(counters, ask, at).admitted();
  }

  private AdmissionDecision ask(long at, LimitRule rule) {
    return ReferenceModel.decide(
        counters, new AdmissionRequest(false, List.of(new CounterCharge("a", rule, 1)), 1), at);
  }
}
