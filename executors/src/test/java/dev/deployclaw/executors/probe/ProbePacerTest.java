package dev.deployclaw.executors.probe;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProbePacerTest {
  private static final long MILLI = 1_000_000;

  @Test
  void beginsSlowlyAndFollowsWhatAnswersTake() {
    var pacer = new ProbePacer(ProbeSettings.Pace.OF_TRAFFIC);
    long first = pacer.distance();
    answer(pacer, 1_000);

    assertThat(first).isEqualTo(2 * MILLI);
    assertThat(pacer.distance()).isBetween(MILLI, MILLI + MILLI / 100);
  }

  @Test
  void oneSlowAnswerIsNoPace() {
    var pacer = new ProbePacer(ProbeSettings.Pace.OF_TRAFFIC);
    answer(pacer, 1_000);
    pacer.answered(2_000);

    assertThat(pacer.distance()).isLessThan(MILLI + MILLI / 5);
  }

  @Test
  void staysWithinItsBounds() {
    var quick = new ProbePacer(ProbeSettings.Pace.OF_TRAFFIC);
    var slow = new ProbePacer(ProbeSettings.Pace.OF_TRAFFIC);
    answer(quick, 10);
    answer(slow, 5_000_000);

    assertThat(quick.distance()).isEqualTo(MILLI / 2);
    assertThat(slow.distance()).isEqualTo(2 * MILLI);
  }

  @Test
  void withoutAPaceNothingWaits() {
    var pacer = new ProbePacer(ProbeSettings.Pace.NONE);
    answer(pacer, 1_000);

    assertThat(pacer.distance()).isZero();
  }

  private static void answer(ProbePacer pacer, long micros) {
    for (int i = 0; i < 100; i++) {
      pacer.answered(micros);
    }
  }
}
