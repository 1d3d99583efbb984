package dev.deployclaw.container.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.fake.FakeEstate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class BackendHealthMonitorTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void namesTheBackEndThatDoesNotAnswerAtAll() throws Exception {
    var never = new CountDownLatch(1);
    InterruptibleSupplier<Optional<String>> silent =
        () -> {
          never.await();
          return Optional.empty();
        };
    var monitor =
        monitor(
            new BackendHealthCheck("s3", Optional::empty), new BackendHealthCheck("nats", silent));

    var health = monitor.sample(Duration.ZERO);

    assertThat(health.isHealthy()).isFalse();
    assertThat(health.backends().getFirst().trouble()).isEmpty();
    assertThat(health.backends().getLast().trouble()).hasValue("no answer within 5 s");
    assertThat(health.status()).isPresent();
  }

  @Test
  void takesACheckThatFailsAsTrouble() throws Exception {
    InterruptibleSupplier<Optional<String>> broken =
        () -> {
          throw new IllegalStateException("a bug");
        };

    var health = monitor(new BackendHealthCheck("redis", broken)).sample(Duration.ZERO);

    assertThat(health.backends().getFirst().trouble().orElseThrow()).contains("a bug");
  }

  @Test
  void asksOnceForMany() throws Exception {
    var asked = new AtomicInteger();
    InterruptibleSupplier<Optional<String>> counted =
        () -> {
          asked.incrementAndGet();
          return Optional.empty();
        };
    var monitor = monitor(new BackendHealthCheck("etcd", counted));

    monitor.sample(Duration.ofMinutes(1));
    monitor.sample(Duration.ofMinutes(1));

    assertThat(asked).hasValue(1);
    monitor.sample(Duration.ZERO);
    assertThat(asked).hasValue(2);
  }

  @Test
  void hasNoStatusWhereTheStateStoreIsAway() throws Exception {
    world.store.reachable(false);

    assertThat(monitor().sample(Duration.ZERO).status()).isEmpty();
  }

  private BackendHealthMonitor monitor(BackendHealthCheck... vitals) {
    return new BackendHealthMonitor(List.of(vitals), world::queries, world.time);
  }
}
