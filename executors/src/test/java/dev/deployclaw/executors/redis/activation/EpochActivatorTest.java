package dev.deployclaw.executors.redis.activation;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.ClusterFixture;
import dev.deployclaw.executors.redis.cluster.NodeCommands;
import dev.deployclaw.executors.redis.cluster.ReconnectingConnection;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EpochActivatorTest {
  @TempDir Path folder;

  @Test
  void aFenceThatMovesInBetweenLeavesTheOldLibrary() throws InterruptedException {
    try (var redis = ClusterFixture.start(folder);
        var nodes =
            new RedisNodes(RedisSettings.of(List.of("" + redis.cluster.nodes().getFirst())))) {
      var first = activation(1, SampleSets.of(5));
      redis.reports(new ExecutorCall.Publish(first));
      var primary = nodes.topology().primaries().getFirst();
      var other = FunctionLibrary.source(1, 2, first.digest(), 1);

      try (var link =
          new ReconnectingConnection(primary.address(), RedisSettings.of(List.of("x:1")))) {
        boolean applied =
            link.call(c -> {
              String key = ActivationState.fenceKey(primary);
              NodeCommands.one(c, "WATCH", key);
              redis.command(HostPort.parse("" + primary.address()), "SET", key, "9 9");
              return EpochActivator.load(c, key, new FenceMark(1, 2), other);
            });

        assertThat(applied).isFalse();
        assertThat(link.call(ActivationState::constants).orElseThrow().epoch()).isEqualTo(1);
        var fence = link.call(c -> ActivationState.fence(c, primary)).orElseThrow();
        assertThat(fence).isEqualTo(new FenceMark(9, 9));
      }
    }
  }
}
