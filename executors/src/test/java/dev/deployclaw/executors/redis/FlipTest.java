package dev.deployclaw.executors.redis;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.sandbox.Mark;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.testkit.HostPort;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlipTest {
  @TempDir Path folder;

  @Test
  void aFenceThatMovesInBetweenLeavesTheOldLibrary() throws InterruptedException {
    try (var redis = ClusterFixture.start(folder);
        var nodes =
            new RedisNodes(RedisSettings.of(List.of("" + redis.cluster.nodes().getFirst())))) {
      var first = activation(1, SampleSets.of(5));
      redis.reports(new Call.Publish(first));
      var primary = nodes.topology().primaries().getFirst();
      var other = FunctionLibrary.source(1, 2, first.digest(), 1);

      try (var link = new NodeLink(primary.address(), RedisSettings.of(List.of("x:1")))) {
        boolean applied =
            link.call(c -> {
              String key = NodeState.fenceKey(primary);
              Commands.one(c, "WATCH", key);
              redis.command(HostPort.parse("" + primary.address()), "SET", key, "9 9");
              return Flip.load(c, key, new Mark(1, 2), other);
            });

        assertThat(applied).isFalse();
        assertThat(link.call(NodeState::constants).orElseThrow().epoch()).isEqualTo(1);
        var fence = link.call(c -> NodeState.fence(c, primary)).orElseThrow();
        assertThat(fence).isEqualTo(new Mark(9, 9));
      }
    }
  }
}
