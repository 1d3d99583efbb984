package dev.deployclaw.bench.measure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What all turns of one work came to, for each call, in nanoseconds.
 *
 * @param nanos from the first call of a turn to the last answer, shared out
 * @param redis CPU of the Redis server
 * @param own CPU of this process
 * @param busiest the share of a turn that the busiest thread of this process worked, in percent
 */
public record WorkloadFigures(
    String title,
    TimingSamples nanos,
    TimingSamples redis,
    TimingSamples own,
    TimingSamples busiest) {
  private static final long SECOND = 1_000_000_000L;
  private static final String REDIS = "redis_cpu_each_ns";

  /**
   * Works by turns, in one run on one Redis. The order is reversed in every other round; the rounds
   * of the warm-up are thrown away. What the turns before left is collected before each.
   */
  public static List<WorkloadFigures> measure(
      List<? extends BenchWorkload> works, int warmUp, int rounds) throws InterruptedException {
    Map<BenchWorkload, List<WorkloadMeasurement>> turns = new LinkedHashMap<>();
    works.forEach(w -> turns.put(w, new ArrayList<>()));
    for (int i = 0; i < warmUp + rounds; i++) {
      for (BenchWorkload work : i % 2 == 1 ? works.reversed() : works) {
        System.gc();
        var turn = work.turn();
        if (i >= warmUp) {
          turns.computeIfAbsent(work, _ -> new ArrayList<>()).add(turn);
        }
      }
    }
    return turns.entrySet().stream().map(e -> of(e.getKey().title(), e.getValue())).toList();
  }

  private static WorkloadFigures of(String title, List<WorkloadMeasurement> turns) {
    return new WorkloadFigures(
        title,
        samples(turns, WorkloadMeasurement::nanosEach),
        samples(turns, WorkloadMeasurement::serverNanosEach),
        samples(turns, WorkloadMeasurement::ownNanosEach),
        samples(turns, WorkloadMeasurement::busiestPercent));
  }

  private static TimingSamples samples(
      List<WorkloadMeasurement> turns, ToLongFunction<WorkloadMeasurement> figure) {
    return new TimingSamples(turns.stream().map(figure::applyAsLong).toList());
  }

  /** Calls a second by the median turn. */
  public long perSecond() {
    return SECOND / Math.max(1, nanos.median());
  }

  /** In thousandths: how many times the floor's CPU of the server this takes. */
  private long redisRatio(WorkloadFigures floor) {
    return ratio(redis, floor.redis);
  }

  /** In thousandths: how many times as long as the other this takes. */
  private long timeRatio(WorkloadFigures other) {
    return ratio(nanos, other.nanos);
  }

  private static long ratio(TimingSamples of, TimingSamples to) {
    return of.median() * 1_000 / Math.max(1, to.median());
  }

  /** What limiters do at most, the last column against the first row. */
  public static FigureTable<WorkloadFigures> table(
      String key, String title, List<WorkloadFigures> all) {
    return columns(key, title, all)
        .milli("Redis CPU", REDIS, w -> w.redis.median())
        .milli("other CPU", "own_cpu_each_ns", w -> w.own.median())
        .whole("busiest thread %", "busiest_thread_percent", w -> w.busiest.median())
        .milli("to first", "time_to_first_milli", w -> w.timeRatio(all.getFirst()));
  }

  /** Calls of functions in a pipeline, whose cost is the server's; against the first row. */
  public static FigureTable<WorkloadFigures> functions(
      String key, String title, List<WorkloadFigures> all) {
    return columns(key, title, all)
        .milli("Redis CPU", REDIS, w -> w.redis.median())
        .milli("to first", "redis_cpu_to_first_milli", w -> w.redisRatio(all.getFirst()))
        .milli("wall", "time_to_first_milli", w -> w.timeRatio(all.getFirst()));
  }

  private static FigureTable<WorkloadFigures> columns(
      String key, String title, List<WorkloadFigures> all) {
    return new FigureTable<>(key, title, all)
        .text("", "title", WorkloadFigures::title)
        .whole("calls/s", "per_second", WorkloadFigures::perSecond)
        .milli("us each", "each_ns", w -> w.nanos.median());
  }
}
