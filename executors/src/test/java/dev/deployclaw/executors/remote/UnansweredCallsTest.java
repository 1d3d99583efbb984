package dev.deployclaw.executors.remote;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class UnansweredCallsTest {
  private static final Duration TIME = Duration.ofSeconds(5);
  private static final String STAGE = "edge.stage";

  private final List<String> told = new ArrayList<>();
  private long now = Long.MAX_VALUE - TIME.toNanos(); // System.nanoTime may overflow
  private final UnansweredCalls calls = new UnansweredCalls(() -> now, told::add);

  @Test
  void saysThatAHostHangsAfterThreeOfAnOperationInARowAndCountsFromTheStartThen() {
    unanswered(STAGE);
    unanswered(STAGE);
    assertThat(told).isEmpty();

    unanswered(STAGE);

    assertThat(told).containsExactly("3 calls of edge.stage in a row got no answer");
    unanswered(STAGE);
    unanswered(STAGE);
    assertThat(told).hasSize(1);
  }

  @Test
  void theAnswersOfOtherOperationsDoNotCount() {
    for (int i = 0; i < 3; i++) {
      unanswered(STAGE);
      calls.note("edge.observe", true, now, TIME);
    }

    assertThat(told).hasSize(1);
  }

  @Test
  void anAnswerOfTheSameOperationOrAnotherStartEndsTheRow() {
    unanswered(STAGE);
    unanswered(STAGE);
    calls.note(STAGE, true, now, TIME);
    unanswered(STAGE);
    unanswered(STAGE);
    calls.forget();
    unanswered(STAGE);
    unanswered(STAGE);

    assertThat(told).isEmpty();
  }

  @Test
  void callsThatWereUnderWayTogetherCountOnce() {
    long begun = now;
    now += TIME.toNanos();
    for (int i = 0; i < 10; i++) {
      calls.note(STAGE, false, begun, TIME);
    }

    assertThat(told).isEmpty();
  }

  @Test
  void aCallThatWasCutOffBeforeItsTimeOrHadLittleSaysNothing() {
    for (int i = 0; i < 10; i++) {
      calls.note(STAGE, false, now, TIME);
      calls.note(STAGE, false, now - 2, Duration.ofNanos(1));
    }

    assertThat(told).isEmpty();
  }

  /** One that has all its time. */
  private void unanswered(String operation) {
    long begun = now;
    now += TIME.toNanos();
    calls.note(operation, false, begun, TIME);
  }
}
