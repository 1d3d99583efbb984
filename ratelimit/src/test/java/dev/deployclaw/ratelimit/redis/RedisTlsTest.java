package dev.deployclaw.ratelimit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.redis.RedisNode;
import dev.deployclaw.testkit.server.TestCertificate;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real cluster of three primaries that speak TLS, and one that wants certificates of clients. */
class RedisTlsTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final int SLOTS = RedisKeyLayout.SLOTS;
  private static final int PRIMARIES = 3;
  private static final List<String> WHO = List.of("CLUSTER", "MYID");
  @TempDir private static Path folder;
  private static Vertx vertx;
  private static Context loop;
  private static TestCertificate server;
  private static TestCertificate stranger;
  private static final List<RedisNode> NODES = new ArrayList<>();
  private static final List<Integer> ENCRYPTED = new ArrayList<>();
  private static RedisNode strict;
  private static int strictPort;

  @BeforeAll
  static void start() throws Exception {
    vertx = Vertx.vertx();
    loop = vertx.getOrCreateContext();
    server = TestCertificate.make(folder.resolve("server"), "CN=redis");
    stranger = TestCertificate.make(folder.resolve("stranger"), "CN=stranger");
    for (int i = 0; i < PRIMARIES; i++) {
      int port = FreePortFinder.free();
      ENCRYPTED.add(port);
      NODES.add(node("node-" + i, port, "tls-auth-clients no"));
    }
    form();
    strictPort = FreePortFinder.free();
    strict = node("strict", strictPort, "tls-auth-clients yes");
    strict.call("CLUSTER", "ADDSLOTSRANGE", "0", "" + (SLOTS - 1));
    BoundedWait.until("strict is whole", LONG, () -> isWhole(strict));
  }

  @AfterAll
  static void stop() throws Exception {
    NODES.forEach(RedisNode::close);
    strict.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(1, TimeUnit.MINUTES);
  }

  @Test
  void asksTheOwnerOfEachSlotEncrypted() throws Exception {
    var nodes = List.of(new RedisAddress("127.0.0.1", ENCRYPTED.getFirst()));
    var ids = NODES.stream().map(n -> n.call("CLUSTER", "MYID")).toList();
    for (int i = 0; i < PRIMARIES; i++) {
      int slot = SLOTS * i / PRIMARIES;
      var answer = asked(nodes, trusting(server), s -> s.call(slot, RespCommand.of(WHO)));
      assertThat(answer).isEqualTo(new RespReply.Text(ids.get(i)));
    }

    var polled = asked(nodes, trusting(server), s -> s.poll(List.of("PING")));

    assertThat(polled.whole()).isTrue();
    assertThat(polled.ids().keySet())
        .containsExactlyInAnyOrderElementsOf(
            ENCRYPTED.stream().map(port -> "127.0.0.1:" + port).toList());
  }

  @Test
  void refusesACertificateOfAnotherAuthority() {
    assertThat(trouble("127.0.0.1", ENCRYPTED.getFirst(), trusting(stranger)))
        .contains("--redis-ca-file");
    var jre = Optional.of(new RedisClusterSettings.Tls(Optional.empty(), Optional.empty()));
    assertThat(trouble("127.0.0.1", ENCRYPTED.getFirst(), jre)).contains("--redis-ca-file");
  }

  @Test
  void refusesACertificateForAnotherHost() {
    assertThat(trouble("127.0.0.2", ENCRYPTED.getFirst(), trusting(server)))
        .contains("127.0.0.2", "name the host");
  }

  @Test
  void saysWhereOneSideSpeaksPlainText() {
    assertThat(trouble("127.0.0.1", NODES.getFirst().address().port(), trusting(server)))
        .contains("--redis-tls=off");
    assertThat(trouble("127.0.0.1", ENCRYPTED.getFirst(), Optional.empty()))
        .contains("--redis-tls=on");
  }

  @Test
  void showsACertificateOfItsOwn() throws Exception {
    var shown =
        Optional.of(
            new RedisClusterSettings.Tls(
                Optional.of(server.certificate()),
                Optional.of(
                    new RedisClusterSettings.Identity(server.certificate(), server.key()))));
    var nodes = List.of(new RedisAddress("127.0.0.1", strictPort));

    RespReply answer = asked(nodes, shown, s -> s.call(0, RespCommand.of(List.of("PING"))));

    assertThat(answer).isEqualTo(new RespReply.Text("PONG"));
    assertThat(trouble("127.0.0.1", strictPort, trusting(server))).contains("--redis-cert-file");
  }

  private static RedisNode node(String name, int port, String clients) {
    var lines =
        List.of(
            "bind 127.0.0.1 127.0.0.2",
            "tls-port " + port,
            "tls-cert-file " + server.certificate().toAbsolutePath(),
            "tls-key-file " + server.key().toAbsolutePath(),
            "tls-ca-cert-file " + server.certificate().toAbsolutePath(),
            clients,
            "cluster-enabled yes",
            "cluster-port " + FreePortFinder.free());
    return RedisNode.start(
        folder.resolve(name), new RedisNode.Options(FreePortFinder.free(), lines, Map.of()));
  }

  private static void form() {
    for (int i = 0; i < PRIMARIES; i++) {
      var node = NODES.get(i);
      int last = SLOTS * (i + 1) / PRIMARIES - 1;
      node.call("CLUSTER", "ADDSLOTSRANGE", "" + SLOTS * i / PRIMARIES, "" + last);
      node.call("CLUSTER", "SET-CONFIG-EPOCH", "" + (i + 1));
    }
    var first = NODES.getFirst();
    for (var other : NODES.subList(1, PRIMARIES)) {
      var bus = other.call("CONFIG", "GET", "cluster-port").split("\n", -1)[1];
      first.call("CLUSTER", "MEET", "127.0.0.1", "" + other.address().port(), bus);
    }
    BoundedWait.until(
        "the cluster is whole", LONG, () -> NODES.stream().allMatch(RedisTlsTest::isWhole));
  }

  private static boolean isWhole(RedisNode node) {
    var said = node.call("CLUSTER", "INFO");
    return said.contains("cluster_state:ok") && said.contains("cluster_slots_ok:" + SLOTS);
  }

  private static Optional<RedisClusterSettings.Tls> trusting(TestCertificate authority) {
    return Optional.of(
        new RedisClusterSettings.Tls(Optional.of(authority.certificate()), Optional.empty()));
  }

  private static String trouble(String host, int port, Optional<RedisClusterSettings.Tls> tls) {
    try {
      var answer =
          asked(
              List.of(new RedisAddress(host, port)),
              tls,
              s -> s.call(0, RespCommand.of(List.of("PING"))));
      return "answered " + answer;
    } catch (Exception e) {
      return String.valueOf(e.getMessage());
    }
  }

  /** Links belong to one event loop. */
  private static <T> T asked(
      List<RedisAddress> nodes,
      Optional<RedisClusterSettings.Tls> tls,
      Function<ShardRouter, Future<T>> question)
      throws Exception {
    var cluster = new RedisClusterSettings(nodes, Duration.ofSeconds(3), Optional.empty(), tls);
    var answer = new CompletableFuture<T>();
    loop.runOnContext(_ -> {
      var shards = ShardRouter.open(vertx, cluster);
      question
          .apply(shards)
          .onComplete(_ -> shards.close())
          .onSuccess(answer::complete)
          .onFailure(answer::completeExceptionally);
    });
    return answer.get(1, TimeUnit.MINUTES);
  }
}
