package dev.deployclaw.ratelimit;

import dev.deployclaw.testkit.BoundedWait;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

/** Requests of leased limits, whose callers say whether each was admitted. */
final class LeasedLoad {
  static final int CALLERS = 16;

  private LeasedLoad() {}

  /** Asks until the service at a port holds units; answers how many requests it admitted. */
  static long untilInHand(Estate estate, int port, BooleanSupplier caller) {
    var admitted = new AtomicLong();
    BoundedWait.until(
        "units are in hand",
        Estate.LONG,
        () -> {
          admitted.addAndGet(caller.getAsBoolean() ? 1 : 0);
          return estate.usage(port).leases().filter(leases -> leases.inHand() > 1).isPresent();
        });
    return admitted.get();
  }

  /** Many at once, of the callers in turn; answers how many were admitted. */
  static long admittedOf(long requests, List<BooleanSupplier> callers) throws Exception {
    List<Callable<Long>> all = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      var caller = callers.get(i % callers.size());
      all.add(() -> {
        long admitted = 0;
        for (long n = 0; n < requests / CALLERS; n++) {
          admitted += caller.getAsBoolean() ? 1 : 0;
        }
        return admitted;
      });
    }
    long admitted = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var caller : threads.invokeAll(all)) {
        admitted += caller.get();
      }
    }
    return admitted;
  }
}
