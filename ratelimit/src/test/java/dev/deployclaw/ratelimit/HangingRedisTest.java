package dev.deployclaw.ratelimit;

import static dev.deployclaw.ratelimit.TroubledRedis.TENANTS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.ratelimit.TroubledRedis.Told;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A Redis that takes what it is sent and says nothing makes no queue. */
@Slow(
    guard = "dev.deployclaw.ratelimit.redis.SilentNodeTest",
    because = "it starts a cluster, and waits until nodes are given up")
class HangingRedisTest {
  private static final int LATER = 40 * TENANTS;

  @TempDir Path folder;

  @Test
  void whatWaitsIsBoundedAndTheRestIsAnsweredByTheTenantsFailureMode() throws Exception {
    try (var estate = Estate.start(folder, Duration.ofMillis(200))) {
      var trouble = new TroubledRedis(estate);
      estate.activate(1, TroubledRedis.set(1_000_000));
      trouble.awaitDecided();
      long before = trouble.calls();
      estate.redis().nodes().forEach(estate.redis()::pause);

      var first = trouble.ask(TENANTS);
      trouble.awaitGivenUp();
      var later = trouble.ask(LATER);
      estate.redis().nodes().forEach(estate.redis()::resume);
      int rounds = trouble.awaitDecided();

      assertThat(first).allMatch(Told::byFailureMode);
      assertThat(later).allMatch(Told::byFailureMode);
      assertThat(trouble.calls() - before - (long) rounds * TENANTS)
          .as("calls that waited for Redis")
          .isLessThan(LATER / 2);
    }
  }
}
