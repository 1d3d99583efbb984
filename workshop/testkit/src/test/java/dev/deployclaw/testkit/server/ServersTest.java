package dev.deployclaw.testkit.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisCluster;
import dev.deployclaw.testkit.redis.RedisNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServersTest {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void redisNodeAnswersAndIsGoneAfterClose() {
    RedisNode node = RedisNode.start(folder);

    assertThat(node.call("SET", "a", "1")).isEqualTo("OK");

    node.close();
    assertThat(node.daemon().alive()).isFalse();
    assertThat(FreePortFinder.isFree(node.address().port())).isTrue();
  }

  @Test
  void clusterHasPrimariesWithReplicasInStep() {
    try (RedisCluster cluster = RedisCluster.start(folder, 3, 1)) {
      assertThat(cluster.nodes()).hasSize(6);
      assertThat(cluster.primaries()).hasSize(3);
      assertThat(cluster.replicas()).hasSize(3);
    }
  }

  @Test
  void replicaTakesOverFromKilledPrimaryWhichComesBack() {
    try (RedisCluster cluster = RedisCluster.start(folder, 3, 1)) {
      HostPort primary = cluster.primaries().getFirst();
      assertThat(cluster.view().orElseThrow().ownsSlots(primary)).isTrue();
      var replica = cluster.view().orElseThrow().replicasOf(primary);

      cluster.kill(primary);
      BoundedWait.until(
          "a replica took over", LONG, () -> !cluster.view().orElseThrow().ownsSlots(primary));
      assertThat(cluster.primaries()).hasSize(3).containsAll(replica);
      RedisCluster.adopt(folder).restart(primary);

      cluster.awaitWhole(LONG);
      assertThat(cluster.replicas()).contains(primary);
    }
  }

  @Test
  void etcdKeepsWhatItHadOverRestart() {
    try (EtcdServer etcd = EtcdServer.start(ServerSource.processes(), folder)) {
      etcd.daemon().kill();

      EtcdServer adopted = EtcdServer.adopt(folder);
      adopted.restart();

      assertThat(adopted.endpoint()).isEqualTo(etcd.endpoint());
      assertThat(ServerReadiness.get(etcd.address(), "/version")).contains("etcdserver");
      adopted.close();
      assertThat(adopted.daemon().alive()).isFalse();
    }
  }

  @Test
  void natsHasJetStreamAndIsGoneAfterClose() {
    NatsServer nats = NatsServer.start(ServerSource.processes(), folder);

    assertThat(ServerReadiness.greeting(nats.address())).contains("\"jetstream\":true");
    assertThat(NatsServer.adopt(folder).url()).isEqualTo(nats.url());

    nats.close();
    assertThat(FreePortFinder.isFree(nats.address().port())).isTrue();
  }

  @Test
  void nginxAnswersWithTheCallersConfiguration() throws Exception {
    int port = FreePortFinder.free();
    String config =
        """
        events {}
        http {
          access_log off;
          %s
          server { listen 127.0.0.1:%d; location / { return 200 "hello"; } }
        }
        """
            .formatted(NginxServer.TEMP_PATHS, port);

    try (NginxServer nginx = NginxServer.start(folder, config)) {
      assertThat(ServerReadiness.get(HostPort.loopback(port), "/")).endsWith("hello");
      assertThat(Files.readString(nginx.pidFile()).strip()).isEqualTo("" + nginx.daemon().pid());
    }

    assertThat(FreePortFinder.isFree(port)).isTrue();
  }

  @Test
  void killedNginxLeavesNoWorkers() {
    int port = FreePortFinder.free();
    String server = "server { listen 127.0.0.1:%d; return 204; }".formatted(port);
    try (NginxServer nginx =
        NginxServer.start(folder, "events {} http { access_log off; " + server + " }")) {
      ProcessHandle.of(nginx.daemon().pid()).orElseThrow().destroyForcibly();
      BoundedWait.until("the master is dead", LONG, () -> !nginx.daemon().alive());
    }

    BoundedWait.until("nobody listens", LONG, () -> FreePortFinder.isFree(port));
  }

  @Test
  void twoStartsOfTheSameServerDoNotClash() {
    try (EtcdServer one = EtcdServer.start(folder.resolve("one"));
        EtcdServer two = EtcdServer.start(folder.resolve("two"))) {
      assertThat(one.endpoint()).isNotEqualTo(two.endpoint());
      assertThat(one.daemon().alive()).isTrue();
      assertThat(two.daemon().alive()).isTrue();
    }
  }
}
