package dev.deployclaw.executors.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.server.OnContainers;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The Redis executor's contract on containers, and containers that stand still. */
@OnContainers
@Slow(
    guard = "dev.deployclaw.executors.redis.RedisExecutorTest",
    because = "it starts a Docker daemon, makes two images and runs them seven times")
class RedisContainerTest extends RedisExecutorTest {
  private static final Invocation OBSERVE =
      new Invocation(
          "redis", new ExecutorCall.Observe(), FencingToken.NONE, Duration.ofSeconds(10));

  @Test
  void pausedNodesAreUnavailableAndAnswerAgain() throws InterruptedException {
    var nodes = redis.cluster.nodes();
    var settings =
        new RedisSettings(
            nodes.stream().map(HostPort::toString).toList(),
            Duration.ofSeconds(1),
            Optional.empty(),
            Optional.empty());
    try (var executor = new RedisExecutor(settings, () -> FenceMark.NOBODY)) {
      assertThat(executor.execute(OBSERVE)).isInstanceOf(CallOutcome.Done.class);
      nodes.forEach(redis.cluster::pause);

      var paused = executor.execute(OBSERVE);
      nodes.forEach(redis.cluster::resume);

      assertThat(paused)
          .isInstanceOfSatisfying(
              CallOutcome.Failed.class,
              failed -> assertThat(failed.fault()).isInstanceOf(CallFault.Unavailable.class));
      redis.cluster.awaitWhole(Duration.ofSeconds(60));
      assertThat(executor.execute(OBSERVE)).isInstanceOf(CallOutcome.Done.class);
    }
  }
}
