package dev.deployclaw.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final CircuitBreaker breaker = new CircuitBreaker();

  @Test
  void opensAfterSeveralCallsInARow() {
    assertThat(breaker.late(CircuitBreaker.TRIPS_AFTER - 1, 0)).isFalse();
    assertThat(breaker.answered()).as("was never open").isFalse();
    assertThat(breaker.late(CircuitBreaker.TRIPS_AFTER - 1, 0)).isFalse();
    assertThat(breaker.admits(0)).isTrue();

    assertThat(breaker.late(1, 0)).isTrue();

    assertThat(breaker.admits(0)).isFalse();
    assertThat(breaker.late(9, 0)).as("is open already").isFalse();
  }

  @Test
  void letsOneCallTryItAndWaitsLongerEachTime() {
    breaker.late(CircuitBreaker.TRIPS_AFTER, 0);

    assertThat(breaker.admits(SECOND)).isTrue();
    assertThat(breaker.admits(SECOND)).as("one at a time").isFalse();
    assertThat(breaker.admits(SECOND + SECOND / 4)).isTrue();
    for (long at = 10; at < 20; at++) {
      assertThat(breaker.admits(at * SECOND * 3)).isTrue();
    }
    assertThat(breaker.admits(19 * SECOND * 3 + SECOND)).isFalse();
    assertThat(breaker.admits(19 * SECOND * 3 + 2 * SECOND)).as("never longer").isTrue();
  }

  @Test
  void anAnswerClosesIt() {
    breaker.late(CircuitBreaker.TRIPS_AFTER, 0);

    assertThat(breaker.answered()).isTrue();

    assertThat(breaker.admits(0)).isTrue();
    assertThat(breaker.late(CircuitBreaker.TRIPS_AFTER - 1, 0)).isFalse();
  }
}
