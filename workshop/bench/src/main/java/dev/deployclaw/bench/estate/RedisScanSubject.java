package dev.deployclaw.bench.estate;

import dev.deployclaw.bench.measure.CheckedCalls;
import dev.deployclaw.bench.redis.BenchCluster;
import dev.deployclaw.bench.redis.EpochBatches;
import dev.deployclaw.bench.stage.StageBench;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.policy.PolicySet;
import java.util.Map;
import java.util.OptionalInt;

/** The rules of one epoch on a cluster that holds nothing else. */
final class RedisScanSubject implements ScanSubject, AutoCloseable {
  private static final long EPOCH = 1;

  private final BenchCluster cluster;
  private final RedisExecutor redis;
  private final EpochBatches epoch;
  private final int size;

  RedisScanSubject(BenchCluster cluster, PolicySet set) throws InterruptedException {
    this.cluster = cluster;
    this.redis = new RedisExecutor(StageBench.settings(cluster), () -> FenceMark.NOBODY);
    this.epoch = EpochBatches.of(set, set.digest(), EPOCH, cluster);
    this.size = set.tenants().size();
    cluster.empty();
    cluster.exchange(epoch.writes());
    cluster.awaitInStep();
  }

  @Override
  public String title() {
    return "redis: rules of tenants";
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public void look() throws InterruptedException {
    CheckedCalls.on(redis, new ExecutorCall.Look("scan", Map.of()));
  }

  @Override
  public void floor() throws InterruptedException {
    cluster.exchange(epoch.reads());
  }

  @Override
  public OptionalInt requests() {
    return OptionalInt.empty();
  }

  @Override
  public void close() {
    redis.close();
  }
}
