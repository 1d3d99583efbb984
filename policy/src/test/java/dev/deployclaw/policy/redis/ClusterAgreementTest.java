package dev.deployclaw.policy.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.FunctionLibrary.Constants;
import dev.deployclaw.policy.redis.RandomHistory.Step;
import dev.deployclaw.policy.redis.RandomHistory.Tally;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.SeededLoop;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.redis.RedisCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A random history on a real cluster: the counters go on as the model says through a failover that
 * is asked for, a slot that moves to another primary, a lost library, and a primary that is killed
 * after its replica had all.
 */
class ClusterAgreementTest {
  private static final Duration LONG = Duration.ofMinutes(2);
  private static final long SEED = 7;
  private static final int STEPS = 400;
  private static final String TENANT = "shop";
  private static final String PROBED = "dc:{group-shop}:c:nobody:none:";
  private static final int SLOT = RedisKeyLayout.slot(PROBED);

  @TempDir Path folder;
  private final Tally tally = new Tally();
  private final RandomHistory history =
      new RandomHistory("cluster", TENANT, SeededLoop.random(SEED), tally);
  private long epoch;

  @Test
  void aHistoryGoesOnThroughFailoversAMovedSlotAndALostLibrary() {
    try (var cluster = RedisCluster.start(folder, 3, 1)) {
      live(cluster, "before");
      failover(cluster);
      live(cluster, "after a failover");
      move(cluster);
      live(cluster, "after its slot moved");
      liveWithoutLibrary(cluster);
      live(cluster, "with the library again");
      killTheOwner(cluster);
      live(cluster, "after its primary was killed");
    }

    System.out.println("agreement on a cluster: " + tally);
    assertThat(tally.of("decisions")).isGreaterThan(5 * STEPS / 2);
    assertThat(List.of("admitted", "refused", "released", "concurrency"))
        .allMatch(what -> tally.of(what) > 0);
  }

  private void live(RedisCluster cluster, String when) {
    var held = next();
    try (var shard = SingleNodeRedis.at(owner(cluster))) {
      shard.activate(held);
      check(shard, held, Optional.empty(), when);
    }
  }

  private void liveWithoutLibrary(RedisCluster cluster) {
    var held = next();
    try (var shard = SingleNodeRedis.at(owner(cluster))) {
      shard.activate(held);
      shard.redis().functionFlush();
      var constants =
          new Constants(1, held.epoch(), held.digest(), held.epoch() - 1, 0, Optional.empty());
      check(shard, held, Optional.of(constants), "without a library");
    }
  }

  private EpochPolicySet next() {
    epoch++;
    return new EpochPolicySet(epoch, "%064x".formatted(epoch), history.set());
  }

  private void check(
      SingleNodeRedis shard, EpochPolicySet held, Optional<Constants> script, String when) {
    var steps = history.steps(held, STEPS);
    var answers = shard.all(steps.stream().map(Step::said).toList(), script);
    for (int i = 0; i < STEPS; i++) {
      steps.get(i).check(answers.get(i), when + ", step " + i);
    }
  }

  private static void failover(RedisCluster cluster) {
    var old = owner(cluster);
    var replica = cluster.view().orElseThrow().replicasOf(old).getFirst();
    cluster.node(replica).call("CLUSTER", "FAILOVER");
    BoundedWait.until("the replica owns the slot", LONG, () -> ownedBy(replica));
    BoundedWait.until(
        "each primary knows the new one",
        LONG,
        () ->
            cluster.primaries().stream()
                .allMatch(p -> !p.equals(old) && views(cluster, p, replica).contains("master")));
  }

  /** A node in the eyes of another. */
  private static String views(RedisCluster cluster, HostPort by, HostPort of) {
    return cluster
        .node(by)
        .call("CLUSTER", "NODES")
        .lines()
        .filter(line -> line.contains(of + "@"))
        .findFirst()
        .orElse("");
  }

  private static void move(RedisCluster cluster) {
    var from = owner(cluster);
    var to = cluster.primaries().stream().filter(p -> !p.equals(from)).findFirst().orElseThrow();
    String slot = Integer.toString(SLOT);
    String source = cluster.node(from).call("CLUSTER", "MYID");
    String target = cluster.node(to).call("CLUSTER", "MYID");
    cluster.node(to).call("CLUSTER", "SETSLOT", slot, "IMPORTING", source);
    cluster.node(from).call("CLUSTER", "SETSLOT", slot, "MIGRATING", target);
    var keys = cluster.node(from).call("CLUSTER", "GETKEYSINSLOT", slot, "1000").split("\n", -1);
    var words =
        new ArrayList<>(List.of("MIGRATE", to.host(), "" + to.port(), "", "0", "60000", "KEYS"));
    words.addAll(List.of(keys));
    cluster.node(from).call(words.toArray(String[]::new));
    for (var primary : List.of(to, from)) {
      cluster.node(primary).call("CLUSTER", "SETSLOT", slot, "NODE", target);
    }
    BoundedWait.until("the other primary owns the slot", LONG, () -> ownedBy(to));
  }

  private static void killTheOwner(RedisCluster cluster) {
    var lost = owner(cluster);
    try (var shard = SingleNodeRedis.at(lost)) {
      shard.redis().set(PROBED, "x");
      shard.redis().del(PROBED);
      assertThat(shard.redis().waitReplicas(1, LONG.toMillis())).isPositive();
    }
    cluster.kill(lost);
    BoundedWait.until(
        "its replica took over",
        LONG,
        () ->
            cluster.replaced(lost)
                && cluster.primaries().stream().anyMatch(ClusterAgreementTest::ownedBy));
  }

  private static HostPort owner(RedisCluster cluster) {
    return cluster.primaries().stream()
        .filter(ClusterAgreementTest::ownedBy)
        .findFirst()
        .orElseThrow();
  }

  private static boolean ownedBy(HostPort node) {
    try (var shard = SingleNodeRedis.at(node)) {
      shard.redis().set(PROBED, "x");
      return shard.redis().del(PROBED) == 1;
    } catch (JedisException e) {
      return false;
    }
  }
}
