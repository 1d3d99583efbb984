package dev.deployclaw.bench;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.executors.sandbox.Mark;
import dev.deployclaw.policy.PolicySet;
import java.util.Map;
import java.util.OptionalInt;

/** The rules of one epoch on a cluster that holds nothing else. */
final class RedisSubject implements Subject, AutoCloseable {
  private static final long EPOCH = 1;

  private final BenchCluster cluster;
  private final RedisExecutor redis;
  private final Epoch epoch;
  private final int size;

  RedisSubject(BenchCluster cluster, PolicySet set) throws InterruptedException {
    this.cluster = cluster;
    this.redis = new RedisExecutor(StageBench.settings(cluster), () -> Mark.NOBODY);
    this.epoch = Epoch.of(set, set.digest(), EPOCH, cluster);
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
    Agreed.on(redis, new Call.Look("scan", Map.of()));
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
