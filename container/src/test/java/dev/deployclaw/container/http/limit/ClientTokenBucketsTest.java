package dev.deployclaw.container.http.limit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.http.limit.ApiRateLimits.ClientTokenBuckets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClientTokenBucketsTest {
  private final AtomicLong nanos = new AtomicLong();
  private final ClientTokenBuckets allowance = new ClientTokenBuckets(60, nanos::get);

  @Test
  void refusesOnceTheBurstIsUsedAndSaysHowLongToWait() {
    for (int i = 0; i < 10; i++) {
      assertThat(allowance.take("a")).isEmpty();
    }

    assertThat(allowance.take("a")).hasValue(Duration.ofSeconds(1));
    assertThat(allowance.take("b")).isEmpty();
  }

  @Test
  void fillsUpAgainWithTime() {
    for (int i = 0; i < 10; i++) {
      var _ = allowance.take("a");
    }
    nanos.addAndGet(Duration.ofSeconds(2).toNanos());

    assertThat(allowance.take("a")).isEmpty();
    assertThat(allowance.take("a")).isEmpty();
    assertThat(allowance.take("a")).isPresent();
  }

  @Test
  void remembersOnlySoManyClients() {
    for (int i = 0; i < 10; i++) {
      var _ = allowance.take("a");
    }
    for (int i = 0; i < 5000; i++) {
      var _ = allowance.take("client-" + i);
    }

    assertThat(allowance.take("a")).isEmpty();
  }
}
