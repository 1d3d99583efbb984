package dev.deployclaw.bench.redis;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.testkit.network.HostPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One epoch of a set, ready to be staged and read back: for the executor, and as bytes.
 *
 * @param writes for each primary
 * @param reads for every node
 */
public record EpochBatches(
    EpochSpec activation, Map<HostPort, RespBatch> writes, Map<HostPort, RespBatch> reads) {
  public static EpochBatches of(PolicySet set, String digest, long epoch, BenchCluster cluster) {
    var shares = cluster.dealt(StagedRules.of(set, epoch, digest).hashes());
    Map<HostPort, RespBatch> writes = new LinkedHashMap<>();
    Map<HostPort, RespBatch> reads = new LinkedHashMap<>();
    shares.forEach((primary, hashes) -> {
      writes.put(primary, RespBatch.writes(hashes));
      reads.put(primary, RespBatch.reads(hashes));
    });
    var activation =
        new EpochSpec("bench", epoch, digest, set, epoch - 1, Optional.empty(), Optional.empty());
    return new EpochBatches(activation, writes, cluster.atEveryNode(reads));
  }

  public long bytesWritten() {
    return List.copyOf(writes.values()).stream().mapToLong(b -> b.bytes().length).sum();
  }
}
