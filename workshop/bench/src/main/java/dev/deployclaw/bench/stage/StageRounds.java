package dev.deployclaw.bench.stage;

import dev.deployclaw.bench.measure.CheckedCalls;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.redis.BenchCluster;
import dev.deployclaw.bench.redis.EpochBatches;
import dev.deployclaw.bench.redis.RespBatch;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.network.HostPort;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Measures contenders by turns on one cluster. Each turn begins as a change does: the nodes hold
 * the predecessor's fields and nothing of the epoch, and the replicas are in step. The order is
 * reversed in every other round, and every round has an epoch of its own.
 */
final class StageRounds {
  private static final long FIRST_EPOCH = 1_001;
  private static final List<StageContender> WRITERS =
      List.of(
          StageContender.STAGE,
          StageContender.REDIS_CLI,
          StageContender.RAW_WRITE,
          StageContender.NOTHING);
  private static final Map<HostPort, RespBatch> NOTHING = Map.of();
  private static final List<StageContender> READERS =
      List.of(StageContender.PREPARE, StageContender.RAW_READ);

  private final BenchCluster cluster;
  private final RedisExecutor redis;
  private final RedisCliPipe redisCli;
  private final PolicySet set;
  private final String digest;
  private long bytesRead;

  StageRounds(BenchCluster cluster, RedisExecutor redis, RedisCliPipe redisCli, PolicySet set) {
    this.cluster = cluster;
    this.redis = redis;
    this.redisCli = redisCli;
    this.set = set;
    this.digest = set.digest();
  }

  /** Warm-up rounds are as the measured ones, and thrown away. */
  StageFigures run(int warmUp, int rounds) throws InterruptedException {
    Map<StageContender, List<Long>> nanos = new EnumMap<>(StageContender.class);
    EpochBatches before = epoch(FIRST_EPOCH - 1);
    for (int i = 0; i < warmUp + rounds; i++) {
      EpochBatches next = epoch(FIRST_EPOCH + i);
      if (i == warmUp) {
        nanos.clear();
      }
      round(before, next, i % 2 == 1, nanos);
      before = next;
    }
    Map<StageContender, TimingSamples> samples = new EnumMap<>(StageContender.class);
    nanos.forEach((contender, each) -> samples.put(contender, new TimingSamples(each)));
    return new StageFigures(
        set.tenants().size(), rounds, before.bytesWritten(), bytesRead, samples);
  }

  private EpochBatches epoch(long epoch) {
    return EpochBatches.of(set, digest, epoch, cluster);
  }

  private void round(
      EpochBatches before,
      EpochBatches next,
      boolean reversed,
      Map<StageContender, List<Long>> nanos)
      throws InterruptedException {
    for (StageContender writer : reversed ? WRITERS.reversed() : WRITERS) {
      begin(before);
      turn(writer, next, nanos);
      cluster.awaitInStep();
      if (writer == StageContender.STAGE) {
        for (StageContender reader : reversed ? READERS.reversed() : READERS) {
          turn(reader, next, nanos);
        }
      }
    }
  }

  private void begin(EpochBatches before) throws InterruptedException {
    cluster.empty();
    cluster.exchange(before.writes());
    cluster.awaitInStep();
  }

  private void turn(
      StageContender contender, EpochBatches epoch, Map<StageContender, List<Long>> nanos)
      throws InterruptedException {
    Map<HostPort, RespBatch> sent = contender == StageContender.NOTHING ? NOTHING : epoch.writes();
    redisCli.prepare(cluster.primaries(), sent);
    System.gc(); // what the bench itself left is not the contender's to clear away
    long start = System.nanoTime();
    switch (contender) {
      case STAGE -> CheckedCalls.on(redis, new ExecutorCall.Stage(epoch.activation()));
      case PREPARE -> CheckedCalls.on(redis, new ExecutorCall.Prepare(epoch.activation()));
      case REDIS_CLI, NOTHING -> redisCli.run(cluster.primaries());
      case RAW_WRITE -> cluster.exchange(sent);
      case RAW_READ -> bytesRead = cluster.exchange(epoch.reads());
    }
    nanos.computeIfAbsent(contender, _ -> new ArrayList<>()).add(System.nanoTime() - start);
    if (contender == StageContender.REDIS_CLI) {
      redisCli.checkAnswers(sent);
    }
  }
}
