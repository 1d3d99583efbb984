package dev.deployclaw.testkit.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.network.FreePortFinder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SkewedClockTest {
  private static final Duration SKEW = Duration.ofMillis(40);
  private static final int SAMPLES = 50;

  @TempDir Path folder;

  @Test
  void runningNodeIsOffBySoMuch() {
    var environment = SkewedClock.environments(folder).apply(folder);
    var options = new RedisNode.Options(FreePortFinder.free(), List.of(), environment);
    try (RedisNode node = RedisNode.start(folder, options)) {
      assertThat(bestEstimate(node).includes(Duration.ZERO)).isTrue();

      SkewedClock.of(folder).set(SKEW);
      assertThat(bestEstimate(node).includes(SKEW)).isTrue();
      assertThat(bestEstimate(node).includes(Duration.ZERO)).isFalse();

      SkewedClock.of(folder).set(SKEW.negated());
      assertThat(bestEstimate(node).includes(SKEW.negated())).isTrue();
    }
  }

  @Test
  void oneNodeOfAClusterIsOffAndTheOthersAreNot() {
    try (RedisCluster cluster =
        RedisCluster.start(folder, 3, 0, SkewedClock.environments(folder))) {
      RedisNode off = cluster.node(cluster.nodes().getFirst());
      RedisNode right = cluster.node(cluster.nodes().getLast());

      off.clock().set(SKEW);

      assertThat(bestEstimate(off).includes(SKEW)).isTrue();
      assertThat(bestEstimate(right).includes(Duration.ZERO)).isTrue();
      assertThat(off.clock().offset()).isEqualTo(SKEW);
    }
  }

  /** The node read its clock somewhere between the two readings of ours. */
  private record Estimate(Duration least, Duration most) {
    boolean includes(Duration skew) {
      return skew.compareTo(least) >= 0 && skew.compareTo(most) <= 0;
    }

    Duration width() {
      return most.minus(least);
    }
  }

  private static Estimate bestEstimate(RedisNode node) {
    Estimate best = estimate(node);
    for (int i = 1; i < SAMPLES; i++) {
      Estimate next = estimate(node);
      best = next.width().compareTo(best.width()) < 0 ? next : best;
    }
    return best;
  }

  private static Estimate estimate(RedisNode node) {
    Instant before = Instant.now();
    List<String> reply = node.call("TIME").lines().toList();
    Instant after = Instant.now();
    Instant said =
        Instant.ofEpochSecond(Long.parseLong(reply.getFirst()))
            .plusNanos(Long.parseLong(reply.getLast()) * 1_000);
    Duration microsecond = Duration.ofNanos(1_000);
    return new Estimate(
        Duration.between(after, said).minus(microsecond),
        Duration.between(before, said).plus(microsecond));
  }
}
