package dev.deployclaw.bench.stage;

import dev.deployclaw.bench.measure.TimingSamples;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * What was measured with one number of tenants.
 *
 * @param bytesWritten the commands that stage one epoch
 * @param bytesRead the answers that all nodes give when it is read back
 */
record StageFigures(
    int tenants,
    int rounds,
    long bytesWritten,
    long bytesRead,
    Map<StageContender, TimingSamples> samples) {
  StageFigures {
    samples = new EnumMap<>(samples);
  }

  TimingSamples of(StageContender contender) {
    return Objects.requireNonNull(samples.get(contender));
  }

  long bytes(StageContender contender) {
    return switch (contender) {
      case STAGE, REDIS_CLI, RAW_WRITE -> bytesWritten;
      case NOTHING -> 0;
      case PREPARE, RAW_READ -> bytesRead;
    };
  }

  /** In thousandths: how many times the floor's median the phase's median is. */
  long ratio(StageContender phase, StageContender floor) {
    return of(phase).median() * 1_000 / of(floor).median();
  }

  /**
   * Stage to redis-cli, without what it takes to start and end that; empty where this is so much of
   * it that the rest is within the noise.
   */
  OptionalLong ratioWithoutStart() {
    long start = of(StageContender.NOTHING).median();
    long net = of(StageContender.REDIS_CLI).median() - start;
    return net < start
        ? OptionalLong.empty()
        : OptionalLong.of(of(StageContender.STAGE).median() * 1_000 / net);
  }

  /** Whole numbers only, times in microseconds and ratios in thousandths. */
  Map<String, Object> json() {
    Map<String, Object> contenders = new TreeMap<>();
    samples.forEach((contender, s) ->
        contenders.put(
            contender.title(),
            Map.of(
                "median_us", s.median() / 1_000,
                "best_us", s.best() / 1_000,
                "worst_us", s.worst() / 1_000,
                "bytes", bytes(contender))));
    Map<String, Object> out = new LinkedHashMap<>();
    out.put("tenants", tenants);
    out.put("rounds", rounds);
    out.put("contenders", contenders);
    out.put("stage_to_redis_cli_milli", ratio(StageContender.STAGE, StageContender.REDIS_CLI));
    ratioWithoutStart().ifPresent(r -> out.put("stage_to_redis_cli_without_start_milli", r));
    out.put("stage_to_raw_write_milli", ratio(StageContender.STAGE, StageContender.RAW_WRITE));
    out.put("prepare_to_raw_read_milli", ratio(StageContender.PREPARE, StageContender.RAW_READ));
    return out;
  }
}
