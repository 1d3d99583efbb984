package dev.deployclaw.container.notification;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffPolicyTest {
  private final SplittableRandom random = new SplittableRandom(7);

  @Test
  void doublesUpToItsBoundAndNeverWaitsLessThanHalf() {
    long whole = 1_000;

    for (int failures = 1; failures < 80; failures++) {
      long millis = BackoffPolicy.DEFAULT.after(failures, random).toMillis();

      assertThat(millis).as("after " + failures).isBetween(whole / 2, whole);
      whole = Math.min(2 * whole, Duration.ofMinutes(5).toMillis());
    }
  }
}
