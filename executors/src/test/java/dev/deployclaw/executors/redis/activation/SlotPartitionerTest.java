package dev.deployclaw.executors.redis.activation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.redis.activation.PrimaryPartitions.SlotPartitioner;
import dev.deployclaw.executors.redis.cluster.ClusterTopology;
import dev.deployclaw.executors.redis.cluster.NodeAddress;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.StagedRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class SlotPartitionerTest {
  private static final int TENANTS = 2_003;
  private static final int EACH = 10;

  private static final ClusterTopology THREE =
      ClusterTopology.parse(
          """
          aa 10.0.0.1:7001@17001 myself,master - 0 0 1 connected 0-5000
          bb 10.0.0.2:7002@17002 master - 0 0 2 connected 5001-11000
          cc 10.0.0.3:7003@17003 master - 0 0 3 connected 11001-16383
          """,
          new NodeAddress("10.0.0.1", 7001));

  private final StagedRules rules =
      new StagedRules(SampleSets.of(TENANTS), 1, SampleSets.of(TENANTS).digest());

  @Test
  void eachPrimaryGetsTheTenantsOfItsSlotsInTheirOrderWhoeverAsksFirst() throws Exception {
    var deal = new SlotPartitioner(rules, THREE, EACH);
    List<Callable<List<TenantPolicy>>> primaries =
        List.of(() -> all(deal, 0), () -> all(deal, 1), () -> all(deal, 2));

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      int primary = 0;
      for (Future<List<TenantPolicy>> got : threads.invokeAll(primaries)) {
        int asked = primary++;
        assertThat(got.get())
            .isNotEmpty()
            .isEqualTo(rules.tenants().stream().filter(t -> owns(asked, t)).toList());
      }
    }
  }

  @Test
  void aRoundIsASmallPartOfAllAndBeyondTheLastThereIsNone() {
    var deal = new SlotPartitioner(rules, THREE, EACH);

    assertThat(sizes(deal, 0)).isEqualTo(3 * EACH);
    assertThat(sizes(deal, TENANTS / (3 * EACH))).isEqualTo(TENANTS % (3 * EACH));
    assertThat(deal.hand(2, TENANTS / (3 * EACH) + 1)).isEmpty();
  }

  @Test
  void aSetOfNobodyHasNoRound() {
    assertThat(
            new SlotPartitioner(
                    new StagedRules(SampleSets.of(0), 1, SampleSets.of(0).digest()), THREE, EACH)
                .hand(0, 0))
        .isEmpty();
  }

  private static boolean owns(int primary, TenantPolicy tenant) {
    int slot = new StagedRules(SampleSets.of(0), 1, SampleSets.of(0).digest()).slot(tenant);
    return THREE.primaries().get(primary).owns(slot);
  }

  private static int sizes(SlotPartitioner deal, int round) {
    int size = 0;
    for (int primary = 0; primary < 3; primary++) {
      size += deal.hand(primary, round).orElseThrow().size();
    }
    return size;
  }

  private static List<TenantPolicy> all(SlotPartitioner deal, int primary) {
    List<TenantPolicy> all = new ArrayList<>();
    int round = 0;
    Optional<List<TenantPolicy>> hand = deal.hand(primary, round);
    while (hand.isPresent()) {
      all.addAll(hand.get());
      hand = deal.hand(primary, ++round);
    }
    return all;
  }
}
