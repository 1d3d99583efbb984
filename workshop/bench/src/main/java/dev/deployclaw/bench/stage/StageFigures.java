package dev.deployclaw.bench.stage;

import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.measure.TimingSamples;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

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

  private TimingSamples of(StageContender contender) {
    return Objects.requireNonNull(samples.get(contender));
  }

  private long bytes(StageContender contender) {
    return switch (contender) {
      case STAGE, REDIS_CLI, RAW_WRITE -> bytesWritten;
      case NOTHING -> 0;
      case PREPARE, RAW_READ -> bytesRead;
    };
  }

  /** In thousandths: how many times the floor's median the phase's median is. */
  private long ratio(StageContender phase, StageContender floor) {
    return of(phase).median() * 1_000 / of(floor).median();
  }

  /**
   * Stage to redis-cli, without what it takes to start and end that; empty where this is so much of
   * it that the rest is within the noise.
   */
  private OptionalLong ratioWithoutStart() {
    long start = of(StageContender.NOTHING).median();
    long net = of(StageContender.REDIS_CLI).median() - start;
    return net < start
        ? OptionalLong.empty()
        : OptionalLong.of(of(StageContender.STAGE).median() * 1_000 / net);
  }

  /** A phase or its floor with one number of tenants. */
  private record Line(StageFigures of, StageContender contender) {
    TimingSamples samples() {
      return of.of(contender);
    }

    long bytesPerSecond() {
      return Math.round(of.bytes(contender) * 1e9 / samples().median());
    }
  }

  static List<FigureTable<?>> tables(List<StageFigures> all) {
    var lines =
        all.stream().flatMap(f -> f.samples.keySet().stream().map(c -> new Line(f, c))).toList();
    return List.of(
        new FigureTable<>("contenders", "Phases and their floors", lines)
            .text("", "title", line -> line.contender.title())
            .whole("tenants", "tenants", line -> line.of.tenants)
            .millis("median ms", "median_us", line -> line.samples().median())
            .millis("best", "best_us", line -> line.samples().best())
            .millis("worst", "worst_us", line -> line.samples().worst())
            .megabytes("MB/s", "bytes_per_second", Line::bytesPerSecond),
        new FigureTable<>("ratios", "Ratios of medians", all)
            .whole("tenants", "tenants", StageFigures::tenants)
            .whole("rounds", "rounds", StageFigures::rounds)
            .megabytes("MB written", "bytes_written", StageFigures::bytesWritten)
            .megabytes("MB read", "bytes_read", StageFigures::bytesRead)
            .milli(
                "stage / redis-cli --pipe",
                "stage_to_redis_cli_milli",
                f -> f.ratio(StageContender.STAGE, StageContender.REDIS_CLI))
            .maybeMilli(
                "without its start",
                "stage_to_redis_cli_without_start_milli",
                StageFigures::ratioWithoutStart)
            .milli(
                "stage / raw socket write",
                "stage_to_raw_write_milli",
                f -> f.ratio(StageContender.STAGE, StageContender.RAW_WRITE))
            .milli(
                "prepare / raw socket read",
                "prepare_to_raw_read_milli",
                f -> f.ratio(StageContender.PREPARE, StageContender.RAW_READ)));
  }
}
