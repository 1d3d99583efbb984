package dev.deployclaw.bench;

import dev.deployclaw.core.spi.Activation;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.StagedRules;
import dev.deployclaw.testkit.HostPort;
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
record Epoch(Activation activation, Map<HostPort, Batch> writes, Map<HostPort, Batch> reads) {
  static Epoch of(PolicySet set, String digest, long epoch, BenchCluster cluster) {
    var shares = cluster.dealt(StagedRules.of(set, epoch, digest).hashes());
    Map<HostPort, Batch> writes = new LinkedHashMap<>();
    Map<HostPort, Batch> reads = new LinkedHashMap<>();
    shares.forEach((primary, hashes) -> {
      writes.put(primary, Batch.writes(hashes));
      reads.put(primary, Batch.reads(hashes));
    });
    var activation =
        new Activation("bench", epoch, digest, set, epoch - 1, Optional.empty(), Optional.empty());
    return new Epoch(activation, writes, cluster.atEveryNode(reads));
  }

  long bytesWritten() {
    return List.copyOf(writes.values()).stream().mapToLong(b -> b.bytes().length).sum();
  }
}
