package dev.deployclaw.executors.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.server.OnContainers;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The Redis executor's contract on containers, and containers that stand still. */
@OnContainers
@Slow(
    guard = "dev.deployclaw.executors.redis.RedisExecutorTest",
    because = "it starts a Docker daemon, makes two images and runs them seven times")
class RedisContainerTest extends RedisExecutorTest {
  @Test
  void pausedNodesAreUnavailableAndAnswerAgain() throws InterruptedException {
    redis.cluster.nodes().forEach(redis.cluster::pause);

    var fault = redis.fault(new ExecutorCall.Observe(), 1);
    redis.cluster.nodes().forEach(redis.cluster::resume);

    assertThat(fault).isInstanceOf(CallFault.Unavailable.class);
    redis.cluster.awaitWhole(Duration.ofSeconds(60));
    assertThat(redis.run(new ExecutorCall.Observe(), 1)).isInstanceOf(CallOutcome.Done.class);
  }
}
