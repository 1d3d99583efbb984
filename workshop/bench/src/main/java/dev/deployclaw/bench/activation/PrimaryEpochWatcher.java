package dev.deployclaw.bench.activation;

import dev.deployclaw.bench.redis.RawSocketPipe;
import dev.deployclaw.bench.redis.RespBatch;
import dev.deployclaw.core.environment.RetryPolicy;
import dev.deployclaw.policy.redis.FunctionLibrary;
import dev.deployclaw.testkit.network.HostPort;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Primaries, each asked again and again over a connection of its own what it decides by, until it
 * is an epoch. A primary switches all of its tenants in one step, so the first and the last primary
 * are the first and the last tenant.
 */
final class PrimaryEpochWatcher implements AutoCloseable {
  /** How exact it is. */
  private static final Duration PAUSE = Duration.ofNanos(200_000);

  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final RespBatch STATUS = RespBatch.one("FCALL_RO", FunctionLibrary.STATUS, "0");

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<RawSocketPipe> pipes = new ArrayList<>();

  PrimaryEpochWatcher(List<HostPort> primaries) {
    primaries.forEach(p -> pipes.add(new RawSocketPipe(p)));
  }

  /** When each was seen to decide by the epoch, by {@link System#nanoTime}. */
  record EpochArrivals(List<Future<Long>> each) {
    List<Long> sorted() throws InterruptedException {
      List<Long> times = new ArrayList<>();
      for (var one : each) {
        try {
          times.add(one.get());
        } catch (ExecutionException e) {
          throw new IllegalStateException("a primary was not seen to switch", e);
        }
      }
      return times.stream().sorted().toList();
    }
  }

  /** Begins to look. */
  EpochArrivals until(long epoch) {
    return new EpochArrivals(
        pipes.stream().map(p -> threads.submit(() -> seen(p, epoch))).toList());
  }

  @Override
  public void close() {
    pipes.forEach(RawSocketPipe::close);
    threads.close();
  }

  private static long seen(RawSocketPipe pipe, long epoch) throws InterruptedException {
    String decides = ":" + epoch;
    boolean seen =
        RetryPolicy.within(LONGEST, PAUSE)
            .until(
                found -> found,
                () ->
                    pipe.ask(STATUS)
                        .lines()
                        .skip(1)
                        .findFirst()
                        .filter(decides::equals)
                        .isPresent());
    if (!seen) {
      throw new IllegalStateException("does not decide by epoch " + epoch);
    }
    return System.nanoTime();
  }
}
