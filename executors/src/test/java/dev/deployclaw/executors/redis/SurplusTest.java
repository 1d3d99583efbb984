package dev.deployclaw.executors.redis;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.executors.SampleSets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurplusTest {
  @TempDir Path folder;

  @Test
  void takesNothingAwayOfATenantWhoseSlotCameAfterTheSharesWereDealt() throws InterruptedException {
    try (var redis = ClusterFixture.start(folder);
        var nodes =
            new RedisNodes(RedisSettings.of(List.of("" + redis.cluster.nodes().getFirst())))) {
      var activation = activation(1, SampleSets.of(60));
      redis.reports(new Call.Stage(activation));
      redis.reports(new Call.Publish(activation));
      var topology = nodes.wholeTopology();
      var shares = Shares.of(activation, topology);

      nodes.each(
          topology.primaries(),
          (node, link) ->
              link.call(c -> {
                Surplus.removeStrangers(c, shares.of(node).of(List.of()));
                return Report.yes(node.member(), "", Map.of());
              }));

      assertThat(redis.reports(new Call.Prepare(activation)))
          .hasSize(6)
          .allSatisfy(r -> assertThat(r.answer()).isEqualTo(Report.Answer.YES));
    }
  }
}
