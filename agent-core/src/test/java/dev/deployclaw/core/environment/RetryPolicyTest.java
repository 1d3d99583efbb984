package dev.deployclaw.core.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.core.fake.FakeClock;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static final Duration PAUSE = Duration.ofSeconds(3);

  private final FakeClock clock = new FakeClock();
  private final AtomicInteger asked = new AtomicInteger();

  @Test
  void asksUntilAnAnswerWillDo() throws Exception {
    var policy = new RetryPolicy(clock, _ -> PAUSE, Integer.MAX_VALUE, Duration.ofMinutes(1));

    assertThat(policy.until(n -> n == 4, asked::incrementAndGet)).isEqualTo(4);
  }

  @Test
  void asksNoMoreOnceTheTimeIsOver() throws Exception {
    var policy = new RetryPolicy(clock, _ -> PAUSE, Integer.MAX_VALUE, Duration.ofSeconds(10));

    assertThat(policy.until(_ -> false, asked::incrementAndGet)).isEqualTo(5);
  }

  @Test
  void asksSoOftenAtMostAndPausesLongerEachTime() throws Exception {
    long before = clock.micros();
    var policy = new RetryPolicy(clock, PAUSE::multipliedBy, 3, Duration.ofDays(1));

    assertThat(policy.until(_ -> false, asked::incrementAndGet)).isEqualTo(3);
    assertThat(Duration.ofSeconds((clock.micros() - before) / 1_000_000))
        .isEqualTo(PAUSE.multipliedBy(1 + 2));
  }

  @Test
  void endsWithTheFirstException() {
    var policy = RetryPolicy.times(3, _ -> Duration.ZERO);

    assertThatThrownBy(() ->
            policy.until(
                _ -> false,
                () -> {
                  asked.incrementAndGet();
                  throw new IOException("away");
                }))
        .hasMessage("away");
    assertThat(asked).hasValue(1);
  }
}
