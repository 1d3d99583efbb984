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
 */
public record WorkloadFigures(
    String title, TimingSamples nanos, TimingSamples redis, TimingSamples own) {
  private static final long SECOND = 1_000_000_000L;

  /**
   * Works by turns, in one run on one Redis. The order is reversed in every other round; the rounds
   * of the warm-up are thrown away.
   */
  public static List<WorkloadFigures> measure(
      List<? extends BenchWorkload> works, int warmUp, int rounds) throws InterruptedException {
    Map<BenchWorkload, List<WorkloadMeasurement>> turns = new LinkedHashMap<>();
    works.forEach(w -> turns.put(w, new ArrayList<>()));
    for (int i = 0; i < warmUp + rounds; i++) {
      for (BenchWorkload work : i % 2 == 1 ? works.reversed() : works) {
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
        samples(turns, WorkloadMeasurement::redisNanosEach),
        samples(turns, WorkloadMeasurement::ownNanosEach));
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
  public long redisRatio(WorkloadFigures floor) {
    return ratio(redis, floor.redis);
  }

  /** In thousandths: how many times as long as the other this takes. */
  public long timeRatio(WorkloadFigures other) {
    return ratio(nanos, other.nanos);
  }

  private static long ratio(TimingSamples of, TimingSamples to) {
    return of.median() * 1_000 / Math.max(1, to.median());
  }

  /** Whole numbers only. */
  Map<String, Object> json() {
    var out = new LinkedHashMap<String, Object>();
    out.put("title", title);
    out.put("per_second", perSecond());
    out.put("each_ns", nanos.median());
    out.put("best_each_ns", nanos.best());
    out.put("redis_cpu_each_ns", redis.median());
    out.put("own_cpu_each_ns", own.median());
    return out;
  }

  public static List<Map<String, Object>> json(List<WorkloadFigures> all) {
    return all.stream().map(WorkloadFigures::json).toList();
  }
}
