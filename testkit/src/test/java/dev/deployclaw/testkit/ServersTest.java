package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;

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
    assertThat(Ports.isFree(node.address().port())).isTrue();
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
      Await.until(
          "a replica took over", LONG, () -> !cluster.view().orElseThrow().ownsSlots(primary));
      assertThat(cluster.primaries()).hasSize(3).containsAll(replica);
      RedisCluster.adopt(folder).restart(primary);

      cluster.awaitWhole(LONG);
      assertThat(cluster.replicas()).contains(primary);
    }
  }

  @Test
  void etcdKeepsWhatItHadOverRestart() {
    try (Etcd etcd = Etcd.start(folder)) {
      etcd.daemon().kill();

      Etcd adopted = Etcd.adopt(folder);
      adopted.restart();

      assertThat(adopted.endpoint()).isEqualTo(etcd.endpoint());
      assertThat(Probe.get(etcd.address(), "/version")).contains("etcdserver");
      adopted.close();
      assertThat(adopted.daemon().alive()).isFalse();
    }
  }

  @Test
  void natsHasJetStreamAndIsGoneAfterClose() {
    Nats nats = Nats.start(folder);

    assertThat(Probe.greeting(nats.address())).contains("\"jetstream\":true");
    assertThat(Nats.adopt(folder).url()).isEqualTo(nats.url());

    nats.close();
    assertThat(Ports.isFree(nats.address().port())).isTrue();
  }

  @Test
  void nginxAnswersWithTheCallersConfiguration() throws Exception {
    int port = Ports.free();
    String config =
        """
        events {}
        http {
          access_log off;
          %s
          server { listen 127.0.0.1:%d; location / { return 200 "hello"; } }
        }
        """
            .formatted(Nginx.TEMP_PATHS, port);

    try (Nginx nginx = Nginx.start(folder, config)) {
      assertThat(Probe.get(HostPort.loopback(port), "/")).endsWith("hello");
      assertThat(Files.readString(nginx.pidFile()).strip()).isEqualTo("" + nginx.daemon().pid());
    }

    assertThat(Ports.isFree(port)).isTrue();
  }

  @Test
  void killedNginxLeavesNoWorkers() {
    int port = Ports.free();
    String server = "server { listen 127.0.0.1:%d; return 204; }".formatted(port);
    try (Nginx nginx = Nginx.start(folder, "events {} http { access_log off; " + server + " }")) {
      ProcessHandle.of(nginx.daemon().pid()).orElseThrow().destroyForcibly();
      Await.until("the master is dead", LONG, () -> !nginx.daemon().alive());
    }

    Await.until("nobody listens", LONG, () -> Ports.isFree(port));
  }

  @Test
  void twoStartsOfTheSameServerDoNotClash() {
    try (Etcd one = Etcd.start(folder.resolve("one"));
        Etcd two = Etcd.start(folder.resolve("two"))) {
      assertThat(one.endpoint()).isNotEqualTo(two.endpoint());
      assertThat(one.daemon().alive()).isTrue();
      assertThat(two.daemon().alive()).isTrue();
    }
  }
}
