package dev.deployclaw.container.health;

import dev.deployclaw.core.query.AgentStatusReport;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.service.QueryService;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether each needed back end answers, and the status of the estate. All are asked at once,
 * bounded; one sampling at a time, however many threads want one. Any thread.
 */
public final class BackendHealthMonitor {
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final List<BackendHealthCheck> vitals;
  private final Supplier<QueryService> queries;
  private final InstantSource clock;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile @Nullable Snapshot last;

  public BackendHealthMonitor(
      List<BackendHealthCheck> vitals, Supplier<QueryService> queries, InstantSource clock) {
    this.vitals = vitals;
    this.queries = queries;
    this.clock = clock;
  }

  /** Why a back end doesn't answer; empty where it does. */
  public record Backend(String name, Optional<String> trouble) {}

  /**
   * One sampling of all back ends.
   *
   * @param status empty where the state store doesn't answer
   */
  public record Snapshot(Instant at, List<Backend> backends, Optional<AgentStatusReport> status) {
    public Snapshot {
      backends = List.copyOf(backends);
    }

    public boolean isHealthy() {
      return backends.stream().allMatch(s -> s.trouble().isEmpty());
    }
  }

  /** The last snapshot, however old; empty before the first. */
  public Optional<Snapshot> last() {
    return Optional.ofNullable(last);
  }

  /** The last snapshot if it is no older than so, else a new one. */
  public Snapshot sample(Duration atMostOld) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      var known = last().filter(b -> b.at().plus(atMostOld).isAfter(clock.instant()));
      return known.isPresent() ? known.get() : sample();
    } finally {
      lock.unlock();
    }
  }

  private Snapshot sample() throws InterruptedException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var asked = new ArrayList<Future<Optional<String>>>();
      vitals.forEach(v -> asked.add(ask(threads, v.trouble()::get)));
      Future<AgentStatusReport> status = ask(threads, () -> queries.get().storeStatus());
      long until = System.nanoTime() + LONGEST.toNanos();
      var backends = new ArrayList<Backend>();
      for (int i = 0; i < vitals.size(); i++) {
        backends.add(new Backend(vitals.get(i).name(), trouble(asked.get(i), until)));
      }
      var snapshot = new Snapshot(clock.instant(), backends, standing(status, until));
      threads.shutdownNow();
      last = snapshot;
      return snapshot;
    }
  }

  private static <T> Future<T> ask(ExecutorService threads, Callable<T> question) {
    return threads.submit(question);
  }

  private static Optional<String> trouble(Future<Optional<String>> asked, long until)
      throws InterruptedException {
    try {
      return asked.get(until - System.nanoTime(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      asked.cancel(true);
      return Optional.of("no answer within " + LONGEST.toSeconds() + " s");
    } catch (ExecutionException e) {
      return Optional.of(String.valueOf(e.getCause()));
    }
  }

  private static Optional<AgentStatusReport> standing(Future<AgentStatusReport> asked, long until)
      throws InterruptedException {
    try {
      return Optional.of(asked.get(until - System.nanoTime(), TimeUnit.NANOSECONDS))
          .filter(s -> s.exit() == ExitCode.OK);
    } catch (TimeoutException | ExecutionException e) {
      asked.cancel(true);
      return Optional.empty();
    }
  }
}
