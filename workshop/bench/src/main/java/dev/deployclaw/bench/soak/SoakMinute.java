package dev.deployclaw.bench.soak;

import dev.deployclaw.bench.limiter.ArrivalFigures;
import java.util.Map;
import java.util.TreeMap;

/**
 * One line of a soak.
 *
 * @param flipNanos the p99 of the second from an epoch's flip on
 * @param heapBytes what is held after a collection
 * @param descriptors files and sockets that are open
 */
record SoakMinute(ArrivalFigures arrivals, long flipNanos, long heapBytes, long descriptors) {
  Map<String, Object> json() {
    var out = new TreeMap<>(arrivals.json());
    out.remove("best_p99_us");
    out.put("flip_p99_us", flipNanos / 1_000);
    out.put("heap_bytes", heapBytes);
    out.put("descriptors", descriptors);
    return out;
  }
}
