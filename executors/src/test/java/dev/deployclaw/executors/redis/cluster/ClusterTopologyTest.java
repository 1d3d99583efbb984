package dev.deployclaw.executors.redis.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ClusterTopologyTest {
  private static final NodeAddress ASKED = new NodeAddress("10.0.0.1", 7001);

  @Test
  void readsPrimariesReplicasAndSlots() {
    var topology =
        ClusterTopology.parse(
            """
            aa 10.0.0.1:7001@17001 myself,master - 0 0 1 connected 0-8191 8193
            bb 10.0.0.2:7002@17002,host-b master - 0 0 2 connected 8192 8194-16383
            cc 10.0.0.3:7003@17003 slave aa 0 0 1 connected
            """,
            ASKED);

    assertThat(topology.primaries()).hasSize(2);
    assertThat(topology.unowned()).isZero();
    assertThat(topology.replicas(topology.primaries().getFirst()))
        .extracting(ClusterTopology.Node::member)
        .containsExactly("redis/10.0.0.3:7003");
    assertThat(topology.owners()[8192]).isEqualTo(1);
    assertThat(topology.owners()[8193]).isEqualTo(0);
  }

  @Test
  void readsFailedMovingUnknownAndHostlessNodes() {
    var topology =
        ClusterTopology.parse(
            """
            aa :7001@17001 myself,master - 0 0 1 connected 0-100 [93->-bb]
            bb 10.0.0.2:7002@17002 master,fail - 0 0 2 disconnected
            cc :0@0 slave,noaddr aa 0 0 1 disconnected
            dd 10.0.0.4:7004@17004 handshake - 0 0 0 disconnected
            """,
            ASKED);

    assertThat(topology.nodes()).hasSize(2);
    assertThat(topology.nodes().getFirst().address()).isEqualTo(ASKED);
    assertThat(topology.nodes().getFirst().moving()).isTrue();
    assertThat(topology.nodes().getLast().failed()).isTrue();
    assertThat(topology.primaries()).hasSize(1);
    assertThat(topology.unowned()).isEqualTo(16_384 - 101);
  }

  @Test
  void aServerWithoutClusterSupportOwnsAllSlots() {
    var topology = ClusterTopology.single(ASKED);

    assertThat(topology.unowned()).isZero();
    assertThat(topology.replicas(topology.primaries().getFirst())).isEqualTo(List.of());
  }
}
