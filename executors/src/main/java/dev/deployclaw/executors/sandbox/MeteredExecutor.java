package dev.deployclaw.executors.sandbox;

import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ForwardingExecutor;
import dev.deployclaw.core.spi.Invocation;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts the calls of an executor and the time they take, by operation. */
public final class MeteredExecutor extends ForwardingExecutor {
  private final Map<String, Adders> adders = new ConcurrentHashMap<>();

  MeteredExecutor(BackendExecutor inner) {
    super(inner);
  }

  @Override
  public CallOutcome execute(Invocation call) throws InterruptedException {
    var adder = adders.computeIfAbsent(call.operation(), _ -> new Adders());
    long start = System.nanoTime();
    boolean done = false;
    try {
      var outcome = super.execute(call);
      done = outcome instanceof CallOutcome.Done;
      return outcome;
    } finally {
      adder.add(done, (System.nanoTime() - start) / 1_000);
    }
  }

  /** So far, by operation. */
  public SortedMap<String, Count> counts() {
    var out = new TreeMap<String, Count>();
    adders.forEach((operation, adder) -> out.put(operation, adder.sum()));
    return out;
  }

  /** So far, of one operation; zeros where it was never called. */
  public Count count(String operation) {
    return counts().getOrDefault(operation, new Count(0, 0, 0));
  }

  /**
   * @param failed of the calls: those that ended in a fault or an exception
   * @param micros spent in all of them
   */
  public record Count(long calls, long failed, long micros) {}

  private static final class Adders {
    private final LongAdder calls = new LongAdder();
    private final LongAdder failed = new LongAdder();
    private final LongAdder micros = new LongAdder();

    void add(boolean done, long took) {
      calls.increment();
      micros.add(took);
      if (!done) {
        failed.increment();
      }
    }

    Count sum() {
      return new Count(calls.sum(), failed.sum(), micros.sum());
    }
  }
}
