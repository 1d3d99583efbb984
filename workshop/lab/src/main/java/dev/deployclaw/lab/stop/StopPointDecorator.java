package dev.deployclaw.lab.stop;

import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.core.store.StoreKeys;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.apache.commons.lang3.function.Failable;

/** Puts a {@link StopPoint} around every call that changes something or decides. */
public final class StopPointDecorator extends CallTapDecorator {
  public StopPointDecorator() {
    super(StopPoint.of(StopPointDecorator::told).map(StopTap::new));
  }

  /**
   * A process is told by its environment; an agent in somebody's JVM by a property of that name.
   */
  private static Optional<String> told(String name) {
    return Optional.ofNullable(System.getenv(name))
        .or(() -> Optional.ofNullable(System.getProperty(name)));
  }

  private record StopTap(StopPoint point) implements Tap {
    @Override
    public Runnable before(Invocation call) {
      return call.call() instanceof ExecutorCall.Look ? () -> {} : begin(call.operation());
    }

    @Override
    public Runnable before(StateStore.Transaction transaction) {
      return begin(claims(transaction) ? "etcd.claim" : "etcd.transact");
    }

    @Override
    public Runnable beforeCreating(String object) {
      return begin("s3.create");
    }

    /** Whether it reserves, begins or takes over a task that came with a key. */
    private static boolean claims(StateStore.Transaction transaction) {
      return transaction.writes().stream()
          .anyMatch(write ->
              write instanceof StateStore.Write.Put put
                  && put.key().startsWith(StoreKeys.TASK_KEYS));
    }

    private Runnable begin(String name) {
      String at = point.begin(name);
      return () -> point.end(at);
    }
  }

  /**
   * Counts calls by name and notes each in a file as {@code name#n}; where one is asked for, waits
   * there to be killed, or until a file {@code go} stands in the folder. Calls come from several
   * threads, so a name and its count say which call is meant, not one number over all.
   *
   * <p>{@code DEPLOYCLAW_STOP_DIR} switches it on and takes the files {@code calls} (all that
   * began) and {@code reached}; {@code DEPLOYCLAW_STOP_AT} is for example {@code before
   * redis.stage#1} or {@code after redis.stage#1}.
   */
  private static final class StopPoint {
    private static final Duration POLL = Duration.ofMillis(50);

    private final Path folder;
    private final Optional<String> at;
    private final Map<String, AtomicInteger> counts = new ConcurrentHashMap<>();

    private StopPoint(Path folder, Optional<String> at) {
      this.folder = folder;
      this.at = at;
    }

    static Optional<StopPoint> of(Function<String, Optional<String>> told) {
      return told.apply("DEPLOYCLAW_STOP_DIR")
          .map(dir -> new StopPoint(Path.of(dir), told.apply("DEPLOYCLAW_STOP_AT")));
    }

    /** A call begins; returns what names it. */
    String begin(String name) {
      int n = counts.computeIfAbsent(name, _ -> new AtomicInteger()).incrementAndGet();
      String point = name + "#" + n;
      note("calls", point);
      stop("before " + point);
      return point;
    }

    void end(String point) {
      stop("after " + point);
    }

    /**
     * Waits for SIGKILL, which nothing can catch, or until somebody lets it go on. An interrupt is
     * kept for afterwards.
     */
    private void stop(String point) {
      if (at.filter(point::equals).isEmpty()) {
        return;
      }
      note("reached", point);
      boolean interrupted = false;
      while (!Files.exists(folder.resolve("go"))) {
        try {
          Thread.sleep(POLL);
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }

    private synchronized void note(String file, String line) {
      Failable.run(() ->
          Files.writeString(
              folder.resolve(file),
              line + "\n",
              StandardOpenOption.CREATE,
              StandardOpenOption.APPEND,
              StandardOpenOption.SYNC));
    }
  }
}
