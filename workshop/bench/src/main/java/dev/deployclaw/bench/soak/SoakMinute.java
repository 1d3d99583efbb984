package dev.deployclaw.bench.soak;

import dev.deployclaw.bench.limiter.ArrivalFigures;
import dev.deployclaw.bench.measure.FigureTable;
import java.util.List;

/**
 * One line of a soak.
 *
 * @param flipNanos the p99 of the second from an epoch's flip on
 * @param heapBytes what is held after a collection
 * @param descriptors files and sockets that are open
 */
record SoakMinute(ArrivalFigures arrivals, long flipNanos, long heapBytes, long descriptors) {
  static FigureTable<SoakMinute> table(List<SoakMinute> all) {
    return new FigureTable<>("minutes", "Minutes, in ms", all)
        .whole("arrivals/s", "arrivals_per_second", m -> m.arrivals.perSecond())
        .millis("p50", "p50_us", m -> m.arrivals.half().median())
        .millis("p99", "p99_us", m -> m.arrivals.ninetyNine().median())
        .millis("flip p99", "flip_p99_us", SoakMinute::flipNanos)
        .millis("max", "max_us", m -> m.arrivals.worst().worst())
        .megabytes("heap MB", "heap_bytes", SoakMinute::heapBytes)
        .whole("open files", "descriptors", SoakMinute::descriptors);
  }
}
