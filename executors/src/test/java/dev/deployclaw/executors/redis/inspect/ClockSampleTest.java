package dev.deployclaw.executors.redis.inspect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClockSampleTest {
  @Test
  void takesTheServersTimeAtTheMiddleOfTheRoundTrip() {
    var sample = new NodeMeasurements.Sample(1_000_000, 1_000_400, 400, 1_040_200);

    assertThat(sample.steady()).isTrue();
    assertThat(sample.offsetMicros()).isEqualTo(40_000);
    assertThat(sample.errorMicros()).isEqualTo(202);
  }

  @Test
  void countsWhatPassedBetweenOurTwoClocksAsError() {
    var sample = new NodeMeasurements.Sample(1_000_000, 1_000_550, 400, 1_000_350);

    assertThat(sample.steady()).isTrue();
    assertThat(Math.abs(sample.offsetMicros())).isLessThanOrEqualTo(sample.errorMicros());
  }

  @Test
  void distrustsASampleDuringWhichOurOwnClockJumped() {
    assertThat(new NodeMeasurements.Sample(1_000_000, 1_050_000, 400, 1_000_200).steady())
        .isFalse();
    assertThat(new NodeMeasurements.Sample(1_000_000, 950_000, 400, 1_000_200).steady()).isFalse();
  }
}
