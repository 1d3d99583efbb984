package dev.deployclaw.bench;

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
record Worked(String title, Samples nanos, Samples redis, Samples own) {
  private static final long SECOND = 1_000_000_000L;

  /**
   * Works by turns, in one run on one Redis. The order is reversed in every other round; the rounds
   * of the warm-up are thrown away.
   */
  static List<Worked> measure(List<? extends Work> works, int warmUp, int rounds)
      throws InterruptedException {
    Map<Work, List<Turn>> turns = new LinkedHashMap<>();
    works.forEach(w -> turns.put(w, new ArrayList<>()));
    for (int i = 0; i < warmUp + rounds; i++) {
      for (Work work : i % 2 == 1 ? works.reversed() : works) {
        var turn = work.turn();
        if (i >= warmUp) {
          turns.computeIfAbsent(work, _ -> new ArrayList<>()).add(turn);
        }
      }
    }
    return turns.entrySet().stream().map(e -> of(e.getKey().title(), e.getValue())).toList();
  }

  private static Worked of(String title, List<Turn> turns) {
    return new Worked(
        title,
        samples(turns, Turn::nanosEach),
        samples(turns, Turn::redisNanosEach),
        samples(turns, Turn::ownNanosEach));
  }

  private static Samples samples(List<Turn> turns, ToLongFunction<Turn> figure) {
    return new Samples(turns.stream().map(figure::applyAsLong).toList());
  }

  /** Calls a second by the median turn. */
  long perSecond() {
    return SECOND / Math.max(1, nanos.median());
  }

  /** In thousandths: how many times the floor's CPU of the server this takes. */
  long redisRatio(Worked floor) {
    return ratio(redis, floor.redis);
  }

  /** In thousandths: how many times as long as the other this takes. */
  long timeRatio(Worked other) {
    return ratio(nanos, other.nanos);
  }

  private static long ratio(Samples of, Samples to) {
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

  static List<Map<String, Object>> json(List<Worked> all) {
    return all.stream().map(Worked::json).toList();
  }
}
