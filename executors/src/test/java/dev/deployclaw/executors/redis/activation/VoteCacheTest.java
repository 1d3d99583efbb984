package dev.deployclaw.executors.redis.activation;

import static dev.deployclaw.executors.redis.ClusterFixture.activation;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.redis.ClusterFixture;
import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.HostPort;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was voted for is read again before the switch only where it may have been lost since. */
class VoteCacheTest {
  private static final String TENANT = "t-00003";
  private static final String KEY = RedisKeyLayout.policyKey(TENANT, TENANT);
  private static final Duration SOON = Duration.ofSeconds(90);

  @TempDir static Path folder;
  @AutoClose private static ClusterFixture redis;
  private static long epoch;

  private EpochSpec next;

  @BeforeAll
  static void start() {
    redis = ClusterFixture.start(folder);
  }

  /** One epoch is live, with a fence at each primary; the next has been voted for. */
  @BeforeEach
  void votedFor() throws InterruptedException {
    var first = activation(++epoch, SampleSets.of(60));
    say(new ExecutorCall.Stage(first), 3);
    say(new ExecutorCall.Publish(first), 3);
    next = activation(++epoch, SampleSets.of(60));
    say(new ExecutorCall.Stage(next), 3);
    say(new ExecutorCall.Prepare(next), 6);
  }

  @Test
  void aVoteStandsForOneSwitch() throws InterruptedException {
    resetCounts();
    say(new ExecutorCall.Publish(next), 3);
    assertThat(reads()).as("of rules before the switch").isZero();

    say(new ExecutorCall.Publish(next), 3);
    assertThat(reads()).as("without a vote since").isEqualTo(60);
  }

  @Test
  void whatIsStagedAgainIsReadAgain() throws InterruptedException {
    say(new ExecutorCall.Stage(next), 3);
    resetCounts();

    say(new ExecutorCall.Publish(next), 3);

    assertThat(reads()).isEqualTo(60);
  }

  @Test
  void aFlushIsNoticed() throws InterruptedException {
    redis.decided(1, next.epoch());
    redis.command(redis.home(TENANT), "FLUSHALL");

    say(new ExecutorCall.Publish(next), 3);

    assertHeld();
  }

  @Test
  void anotherPrimaryIsReadAndSoIsOneThatWasReplacedMeanwhile() throws InterruptedException {
    HostPort home = redis.home(TENANT);
    HostPort heir = redis.cluster.view().orElseThrow().replicasOf(home).getFirst();
    takesOver(heir);
    redis.command(heir, "DEL", KEY);
    takesOver(home);

    say(new ExecutorCall.Publish(next), 3);

    assertHeld();
  }

  private static void takesOver(HostPort node) throws InterruptedException {
    redis.command(node, "CLUSTER FAILOVER", "TAKEOVER");
    BoundedWait.until("every node sees its slots at " + node, SOON, () -> allSee(node));
    redis.cluster.awaitWhole(SOON);
  }

  /** Whoever it replaced is its replica by then. */
  private static boolean allSee(HostPort owner) {
    return redis.cluster.nodes().stream()
        .map(n -> redis.cluster.node(n).call("CLUSTER", "NODES"))
        .allMatch(view ->
            view.lines().filter(line -> line.matches(".*\\bmaster .*")).count() == 3
                && view.lines()
                    .filter(line -> line.contains(" " + owner + "@"))
                    .allMatch(line -> line.matches(".* connected \\d.*")));
  }

  private void assertHeld() throws InterruptedException {
    assertThat(redis.command(redis.home(TENANT), "HGET", KEY, next.epoch() + ":search"))
        .asString()
        .startsWith("tb 300 ");
  }

  private static void resetCounts() throws InterruptedException {
    for (var primary : redis.cluster.primaries()) {
      redis.command(primary, "CONFIG RESETSTAT");
    }
  }

  /** How many tenants' rules were read at the primaries. */
  private static long reads() throws InterruptedException {
    long reads = 0;
    for (var primary : redis.cluster.primaries()) {
      String stats = String.valueOf(redis.command(primary, "INFO", "commandstats"));
      for (String line : stats.lines().toList()) {
        if (line.startsWith("cmdstat_hgetall:calls=")) {
          reads += Long.parseLong(line.replaceAll("^[^=]*=([0-9]+),.*$", "$1"));
        }
      }
    }
    return reads;
  }

  private static void say(ExecutorCall call, int nodes) throws InterruptedException {
    assertThat(redis.reports(call))
        .hasSize(nodes)
        .allSatisfy(r -> assertThat(r.answer()).as(r.reason()).isEqualTo(MemberReport.Answer.YES));
  }
}
