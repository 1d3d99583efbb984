package dev.deployclaw.bench;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.executors.redis.RedisExecutor;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.HostPort;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * Measures contenders by turns on one cluster. Each turn begins as a change does: the nodes hold
 * the predecessor's fields and nothing of the epoch, and the replicas are in step. The order is
 * reversed in every other round, and every round has an epoch of its own.
 */
final class Rounds {
  private static final long FIRST_EPOCH = 1_001;
  private static final List<Contender> WRITERS =
      List.of(Contender.STAGE, Contender.REDIS_CLI, Contender.RAW_WRITE, Contender.NOTHING);
  private static final Map<HostPort, Batch> NOTHING = Map.of();
  private static final List<Contender> READERS = List.of(Contender.PREPARE, Contender.RAW_READ);

  private final BenchCluster cluster;
  private final RedisExecutor redis;
  private final RedisCliPipe redisCli;
  private final PolicySet set;
  private final String digest;
  private long bytesRead;

  Rounds(BenchCluster cluster, RedisExecutor redis, RedisCliPipe redisCli, PolicySet set) {
    this.cluster = cluster;
    this.redis = redis;
    this.redisCli = redisCli;
    this.set = set;
    this.digest = set.digest();
  }

  /** Warm-up rounds are as the measured ones, and thrown away. */
  Figures run(int warmUp, int rounds) throws InterruptedException {
    Map<Contender, List<Long>> nanos = new EnumMap<>(Contender.class);
    Epoch before = epoch(FIRST_EPOCH - 1);
    for (int i = 0; i < warmUp + rounds; i++) {
      Epoch next = epoch(FIRST_EPOCH + i);
      if (i == warmUp) {
        nanos.clear();
      }
      round(before, next, i % 2 == 1, nanos);
      before = next;
    }
    Map<Contender, Samples> samples = new EnumMap<>(Contender.class);
    nanos.forEach((contender, each) -> samples.put(contender, new Samples(each)));
    return new Figures(set.tenants().size(), rounds, before.bytesWritten(), bytesRead, samples);
  }

  private Epoch epoch(long epoch) {
    return Epoch.of(set, digest, epoch, cluster);
  }

  private void round(Epoch before, Epoch next, boolean reversed, Map<Contender, List<Long>> nanos)
      throws InterruptedException {
    for (Contender writer : reversed ? WRITERS.reversed() : WRITERS) {
      begin(before);
      turn(writer, next, nanos);
      cluster.awaitInStep();
      if (writer == Contender.STAGE) {
        for (Contender reader : reversed ? READERS.reversed() : READERS) {
          turn(reader, next, nanos);
        }
      }
    }
  }

  private void begin(Epoch before) throws InterruptedException {
    cluster.empty();
    cluster.exchange(before.writes());
    cluster.awaitInStep();
  }

  private void turn(Contender contender, Epoch epoch, Map<Contender, List<Long>> nanos)
      throws InterruptedException {
    Map<HostPort, Batch> sent = contender == Contender.NOTHING ? NOTHING : epoch.writes();
    redisCli.prepare(cluster.primaries(), sent);
    System.gc(); // what the bench itself left is not the contender's to clear away
    long start = System.nanoTime();
    switch (contender) {
      case STAGE -> Agreed.on(redis, new Call.Stage(epoch.activation()));
      case PREPARE -> Agreed.on(redis, new Call.Prepare(epoch.activation()));
      case REDIS_CLI, NOTHING -> redisCli.run(cluster.primaries());
      case RAW_WRITE -> cluster.exchange(sent);
      case RAW_READ -> bytesRead = cluster.exchange(epoch.reads());
    }
    nanos.computeIfAbsent(contender, _ -> new ArrayList<>()).add(System.nanoTime() - start);
    if (contender == Contender.REDIS_CLI) {
      redisCli.checkAnswers(sent);
    }
  }
}
