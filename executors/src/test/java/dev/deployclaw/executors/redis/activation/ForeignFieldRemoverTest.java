package dev.deployclaw.executors.redis.activation;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.redis.ClusterFixture;
import dev.deployclaw.executors.redis.cluster.RedisNodes;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ForeignFieldRemoverTest {
  @TempDir Path folder;

  @Test
  void takesNothingAwayOfATenantWhoseSlotCameAfterTheSharesWereDealt() throws InterruptedException {
    try (var redis = ClusterFixture.start(folder);
        var nodes =
            new RedisNodes(RedisSettings.of(List.of("" + redis.cluster.nodes().getFirst())))) {
      var activation = activation(1, SampleSets.of(60));
      redis.reports(new ExecutorCall.Stage(activation));
      redis.reports(new ExecutorCall.Publish(activation));
      var topology = nodes.wholeTopology();
      var shares = PrimaryPartitions.of(activation, topology);

      nodes.each(
          topology.primaries(),
          (node, link) ->
              link.call(c -> {
                ForeignFieldRemover.removeStrangers(c, shares.of(node).of(List.of()));
                return MemberReport.yes(node.member(), "", Map.of());
              }));

      assertThat(redis.reports(new ExecutorCall.Prepare(activation)))
          .hasSize(6)
          .allSatisfy(r -> assertThat(r.answer()).isEqualTo(MemberReport.Answer.YES));
    }
  }
}
