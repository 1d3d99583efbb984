package dev.deployclaw.policy.redis;

import static dev.deployclaw.policy.PolicyFixtures.bursting;
import static dev.deployclaw.policy.PolicyFixtures.child;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.policy.PolicyFixtures;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.check.PolicyChecker;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.CheckThresholds;
import dev.deployclaw.policy.finding.ClusterMeasurements;
import dev.deployclaw.policy.finding.ClusterMeasurements.Cluster;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.model.RequestMatch;
import dev.deployclaw.policy.redis.DecideReply.Decided;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.network.PacketFirewall;
import dev.deployclaw.testkit.network.PacketFirewall.Packets;
import dev.deployclaw.testkit.redis.RedisCluster;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.exceptions.JedisException;

/**
 * A real cluster whose master is cut off from the other nodes, but not from its clients: what the
 * two sides admit is within what the check of a partition says. One tenant has a burst and next to
 * no rate, the other hardly a burst.
 */
@Slow(
    guard = "dev.deployclaw.policy.check.EstateChecksTest",
    because = "it waits until a cluster replaces a primary that is cut off")
class CutOffMasterTest {
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final int REPLICA_MILLIS = 60_000;
  private static final long BURST = 500;
  private static final long A_SECOND = 1_000;

  /** Long, so that a busy machine doesn't bring about a failover of its own. */
  private static final long NODE_TIMEOUT_MILLIS = 8_000;

  private static final long AT_ONCE = 50;
  private static final PolicySet SET =
      PolicyFixtures.set(
          tenant("shop"),
          child("bursty", "shop", bursting(limit("all", RequestMatch.ANY, 1, 3_600), BURST, 1)),
          child("steady", "shop", bursting(limit("all", RequestMatch.ANY, A_SECOND, 1), 1, 1)));
  private static final EpochPolicySet HELD = new EpochPolicySet(1, "%064x".formatted(1), SET);

  @TempDir Path folder;
  private PacketFirewall firewall;

  @BeforeEach
  void mayCut() {
    var obstacle = PacketFirewall.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "no rules here: " + obstacle.orElse(""));
    firewall = PacketFirewall.of(folder.resolve("firewall"));
  }

  @AfterEach
  void heal() throws PacketFirewall.FirewallException {
    firewall.clear();
  }

  @Test
  void bothSidesTogetherAdmitNoMoreThanTheCheckSays() throws Exception {
    try (var redis = RedisCluster.start(folder.resolve("redis"), 3, 1)) {
      set(redis, "cluster-node-timeout", NODE_TIMEOUT_MILLIS);
      var sides = confirm(redis, new Cluster(3, NODE_TIMEOUT_MILLIS, false, 0, 10_000));

      assertThat(sides.getFirst().refusal()).contains("CLUSTERDOWN");
      assertThat(sides)
          .as("each side gave the whole burst")
          .allMatch(s -> s.admitted().getOrDefault("bursty", 0L) == BURST);
    }
  }

  @Test
  void aMasterThatNeedsReplicasStopsSoonerAndAPromotedOneWithoutAnyDoesNotBegin() throws Exception {
    try (var redis = RedisCluster.start(folder.resolve("redis"), 3, 1)) {
      set(redis, "cluster-node-timeout", NODE_TIMEOUT_MILLIS);
      set(redis, "min-replicas-max-lag", 1);
      set(redis, "min-replicas-to-write", 1);
      var sides = confirm(redis, new Cluster(3, NODE_TIMEOUT_MILLIS, false, 1, 1_000));

      assertThat(sides).allMatch(s -> s.refusal().contains("NOREPLICAS"));
      assertThat(sides.getFirst().admitted()).containsEntry("bursty", BURST);
      assertThat(sides.getLast().admitted()).isEmpty();
    }
  }

  private static void set(RedisCluster redis, String setting, long value) {
    redis.nodes().forEach(n -> redis.node(n).call("CONFIG", "SET", setting, "" + value));
  }

  /** What one side admitted, by tenant, and how the last answer that it gave was worded. */
  private record Side(Map<String, Long> admitted, String refusal) {}

  /**
   * Rules of a firewall are set one after another. The replication goes first, from then on the
   * replica knows nothing of what the master admits; what time adds is counted from the last one.
   */
  private List<Side> confirm(RedisCluster redis, Cluster settings) throws Exception {
    redis.awaitWhole(LONGEST);
    BoundedWait.until(
        "the replica is known",
        LONGEST,
        () -> redis.view().filter(v -> !v.replicasOf(owner(redis)).isEmpty()).isPresent());
    var master = owner(redis);
    var replica = redis.view().orElseThrow().replicasOf(master).getFirst();
    activate(master);
    var stopped = new AtomicBoolean();
    var isolated = new AtomicBoolean();
    try (var sides = Executors.newFixedThreadPool(2)) {
      cut(redis, master, replica);
      var cutOff = sides.submit(() -> cutOff(master, isolated, stopped));
      var promoted = sides.submit(() -> promoted(replica, stopped));
      isolate(redis, master);
      isolated.set(true);
      var both = List.of(ended(cutOff), ended(promoted));
      compare(settings, both);
      return both;
    }
  }

  private static Side ended(java.util.concurrent.Future<Side> side)
      throws InterruptedException, ExecutionException, java.util.concurrent.TimeoutException {
    return side.get(2 * LONGEST.toSeconds(), TimeUnit.SECONDS);
  }

  private static void compare(Cluster settings, List<Side> sides) {
    var says = says(settings);
    for (String tenant : List.of("bursty", "steady")) {
      long sum = sides.stream().mapToLong(s -> s.admitted().getOrDefault(tenant, 0L)).sum();
      System.out.printf(
          "cut off: %s %s, the check says %d%n", tenant, sides, says.get(tenant + "/all"));
      assertThat(sum).as(tenant).isLessThanOrEqualTo(says.get(tenant + "/all"));
    }
  }

  /** By the words of the finding: {@code tenant/limit: requests}. */
  private static Map<String, Long> says(Cluster settings) {
    var measured =
        new ClusterMeasurements(
            new TreeMap<>(), new TreeMap<>(), Optional.of(settings), new TreeMap<>());
    var evidence =
        PolicyChecker.run(SET, Optional.empty(), measured, CheckThresholds.DEFAULT).stream()
            .filter(f -> f.check() == CheckKind.PARTITION && f.evidence().containsKey("admits"))
            .findFirst()
            .orElseThrow()
            .evidence();
    var out = new TreeMap<String, Long>();
    assertThat(evidence.get("admits")).isInstanceOf(List.class);
    if (evidence.get("admits") instanceof List<?> lines) {
      for (Object line : lines) {
        var words = line.toString().split(": ", -1);
        out.put(words[0], Long.parseLong(words[1]));
      }
    }
    return out;
  }

  /** Asks until the master refuses everybody. */
  private static Side cutOff(HostPort master, AtomicBoolean isolated, AtomicBoolean stopped)
      throws Exception {
    var admitted = new TreeMap<String, Long>();
    try (var shard = SingleNodeRedis.at(master)) {
      return within(() -> {
        try {
          admit(shard, "bursty", admitted);
          if (isolated.get()) {
            admit(shard, "steady", admitted);
          }
          return Optional.empty();
        } catch (JedisException e) {
          return Optional.of(new Side(admitted, String.valueOf(e.getMessage())));
        }
      });
    } finally {
      stopped.set(true);
    }
  }

  /** Asks from the moment of promotion until the burst is spent and the other side has stopped. */
  private static Side promoted(HostPort replica, AtomicBoolean stopped) throws Exception {
    var admitted = new TreeMap<String, Long>();
    try (var shard = SingleNodeRedis.at(replica)) {
      return within(() -> {
        try {
          boolean spent = admit(shard, "bursty", admitted) < AT_ONCE;
          if (!stopped.get()) {
            admit(shard, "steady", admitted);
          }
          return spent && stopped.get()
              ? Optional.of(new Side(admitted, "spent"))
              : Optional.empty();
        } catch (JedisException e) {
          TimeUnit.MILLISECONDS.sleep(5); // it is no master yet, or has no replica
          String why = String.valueOf(e.getMessage());
          return stopped.get() && why.contains("NOREPLICAS")
              ? Optional.of(new Side(admitted, why))
              : Optional.empty();
        }
      });
    }
  }

  /** Again and again until there is an outcome, for {@link #LONGEST} at most. */
  private static Side within(Callable<Optional<Side>> attempt) throws Exception {
    long deadline = System.nanoTime() + LONGEST.toNanos();
    while (System.nanoTime() - deadline < 0) {
      var side = attempt.call();
      if (side.isPresent()) {
        return side.get();
      }
    }
    throw new IllegalStateException("no outcome after " + LONGEST);
  }

  private static long admit(SingleNodeRedis shard, String tenant, Map<String, Long> admitted) {
    var subject =
        new RateLimitedRequest(
            tenant, new RequestShape("any", "/", "GET"), _ -> "", 1, Optional.empty());
    var call =
        new DecideCall(List.of(RequestCharges.of(HELD, subject)), AT_ONCE, OptionalLong.empty());
    long now = ((Decided) shard.decide(call)).decision().admitted();
    admitted.merge(tenant, now, Long::sum);
    return now;
  }

  private static void activate(HostPort master) {
    try (var shard = SingleNodeRedis.at(master)) {
      shard.activate(HELD);
      assertThat(shard.redis().waitReplicas(1, REPLICA_MILLIS)).isEqualTo(1);
    }
  }

  private static HostPort owner(RedisCluster redis) {
    int slot = RedisKeyLayout.slot("dc:{shop}:x");
    return redis.primaries().stream()
        .filter(p ->
            redis
                .node(p)
                .call("CLUSTER", "NODES")
                .lines()
                .filter(l -> l.contains("myself"))
                .anyMatch(l -> owns(l, slot)))
        .findFirst()
        .orElseThrow();
  }

  private static boolean owns(String line, int slot) {
    var range = line.substring(line.lastIndexOf(' ') + 1).split("-", -1);
    return Integer.parseInt(range[0]) <= slot && slot <= Integer.parseInt(range[1]);
  }

  /** All that it says to the other nodes, and they to it, is lost; clients reach it as before. */
  private void isolate(RedisCluster redis, HostPort master)
      throws PacketFirewall.FirewallException {
    var node = redis.node(master);
    firewall.drop(Packets.all().sentBy(node.source()));
    firewall.drop(Packets.all().sentTo(node.source()));
    for (var other : redis.nodes()) {
      if (!other.equals(master)) {
        cut(redis, master, other);
      }
    }
  }

  /** What a node says to the ports of the master, and what it hears from them. */
  private void cut(RedisCluster redis, HostPort master, HostPort other)
      throws PacketFirewall.FirewallException {
    var ports = redis.node(master).daemon().ports();
    String source = redis.node(other).source();
    firewall.drop(Packets.to(ports).sentBy(source));
    firewall.drop(Packets.from(ports).sentTo(source));
  }
}
