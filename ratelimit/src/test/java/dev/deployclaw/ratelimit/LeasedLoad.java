package dev.deployclaw.ratelimit;

import dev.deployclaw.testkit.BoundedWait;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Requests of leased limits, whose callers say whether each was admitted. */
final class LeasedLoad {
  static final int CALLERS = 16;

  private LeasedLoad() {}

  /** Asks until the service at a port holds units; answers how many requests it admitted. */
  static long untilInHand(Estate estate, int port, BooleanSupplier caller) {
    return until(
        "units are in hand",
        caller::getAsBoolean,
        admitted -> admitted,
        _ -> estate.usage(port).leases().filter(leases -> leases.inHand() > 1).isPresent());
  }

  /**
   * Asks until an answer is the last one.
   *
   * @param what names it, in the error
   * @return how many requests were admitted, the last one included
   */
  static <T> long until(
      String what, Supplier<T> caller, Predicate<T> isAdmitted, Predicate<T> isLast) {
    var admitted = new AtomicLong();
    BoundedWait.until(
        what,
        Estate.LONG,
        () -> {
          T answer = caller.get();
          admitted.addAndGet(isAdmitted.test(answer) ? 1 : 0);
          return isLast.test(answer);
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
