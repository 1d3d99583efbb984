package dev.deployclaw.bench.recovery;

import dev.deployclaw.bench.measure.TimingSamples;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * How long it took after agents were killed, in nanoseconds from SIGKILL on.
 *
 * @param allNew until every primary, replica, service and gateway acted on what was committed; of
 *     those kills that left somebody behind
 * @param forward until what recovered had ended, of changes that were committed
 * @param back the same, of changes that were not
 * @param idle of the command that recovers, where nothing is to be done
 */
public record RecoveryFigures(
    Duration lease,
    Counts counts,
    Optional<TimingSamples> allNew,
    Optional<TimingSamples> forward,
    Optional<TimingSamples> back,
    TimingSamples idle) {

  /**
   * @param again kills after which the command that recovers had to be run more than once
   * @param missed agents that ended before they came to where they were to be killed
   */
  public record Counts(int kills, int again, int missed) {}

  /** Times in microseconds. */
  public Map<String, Object> json() {
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("kills", counts.kills());
    out.put("again", counts.again());
    out.put("missed", counts.missed());
    out.put("lease_s", lease.toSeconds());
    allNew.ifPresent(s -> out.put("all_new_us", ranks(s)));
    forward.ifPresent(s -> out.put("forward_us", ranks(s)));
    back.ifPresent(s -> out.put("back_us", ranks(s)));
    out.put("idle_us", ranks(idle));
    return out;
  }

  private static Map<String, Object> ranks(TimingSamples samples) {
    return Map.of(
        "kills", samples.sortedNanos().size(),
        "p50", samples.rank(50) / 1_000,
        "p99", samples.rank(99) / 1_000,
        "max", samples.worst() / 1_000);
  }
}
