package dev.deployclaw.container.traffic;

import dev.deployclaw.container.config.AccessLogConfig;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.replay.PolicyReplay;
import dev.deployclaw.policy.replay.RequestAttribution;
import dev.deployclaw.policy.replay.accesslog.RecordedRequest;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Replays the last hour of the gateways' access logs under two policies, by the engine of {@code
 * impact}. Any thread; one replay at a time, on a thread of its own, which keeps neither an event
 * loop nor the carrier of virtual threads from others.
 *
 * <p>Bounds: {@link #MOST_LOGS} logs, {@link #MOST_BYTES} of all together, each log's last, {@link
 * #MOST_COUNTERS} counters of each policy, and {@link #LONGEST}.
 */
public final class RecentTraffic {
  static final Duration PERIOD = Duration.ofHours(1);
  static final int MOST_LOGS = 200;
  static final long MOST_BYTES = 64L << 20;

  private static final int MOST_COUNTERS = 50_000;
  private static final int MOST_NOTES = 5;
  private static final int REQUESTS_A_LOOK = 1_024;
  private static final Duration LONGEST = Duration.ofSeconds(10);
  private static final Duration LONGEST_TURN = Duration.ofSeconds(15);

  private final List<AccessLogConfig> logs;
  private final InstantSource clock;
  private final long mostBytes;
  private final ReentrantLock turn = new ReentrantLock();

  public RecentTraffic(List<AccessLogConfig> logs, InstantSource clock) {
    this(logs, clock, MOST_BYTES);
  }

  /** For fewer bytes. */
  RecentTraffic(List<AccessLogConfig> logs, InstantSource clock, long mostBytes) {
    this.logs = List.copyOf(logs);
    this.clock = clock;
    this.mostBytes = mostBytes;
  }

  /** What the step from one set to the other would have meant. */
  public TrafficImpact impact(PolicySet before, PolicySet after) throws InterruptedException {
    if (logs.isEmpty()) {
      return new TrafficImpact.NoLog();
    }
    if (!turn.tryLock(LONGEST_TURN.toMillis(), TimeUnit.MILLISECONDS)) {
      return new TrafficImpact.Busy();
    }
    var work = new FutureTask<>(() -> replayed(before, after));
    try {
      Thread.ofPlatform().daemon().name("traffic-replay").start(work);
      return work.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException("a replay failed", e.getCause());
    } finally {
      work.cancel(true);
      turn.unlock();
    }
  }

  private TrafficImpact replayed(PolicySet before, PolicySet after) {
    var replay = PolicyReplay.ofAffected(before, after, MOST_COUNTERS);
    try (var window = new Window(clock.instant().minus(PERIOD).toEpochMilli() * 1_000)) {
      logs.stream().limit(MOST_LOGS).forEach(window::open);
      if (logs.size() > MOST_LOGS) {
        window.note((logs.size() - MOST_LOGS) + " more logs were not read");
      }
      long last = window.replay(replay);
      if (last == 0) {
        window.unread.named().stream().findFirst().ifPresent(window::note);
        return new TrafficImpact.Unknown(window.notes);
      }
      return new TrafficImpact.Replayed(
          window.from,
          last,
          replay.impact(),
          replay.untouched(),
          window.unread.all(),
          window.notes);
    }
  }

  private record Head(AccessLogReader log, RequestAttribution naming, RecordedRequest request) {}

  /** The logs' requests since a moment, merged by time. */
  private final class Window implements AutoCloseable {
    private final UnreadLines unread = new UnreadLines();
    private final List<String> notes = new ArrayList<>();
    private final List<AccessLogReader> open = new ArrayList<>();
    private final PriorityQueue<Head> heads =
        new PriorityQueue<>(Comparator.comparingLong(head -> head.request().micros()));
    private final long deadline = System.nanoTime() + LONGEST.toNanos();
    private final long share = Math.max(1, mostBytes / Math.min(MOST_LOGS, logs.size()));
    private long from;

    /**
     * @param from microseconds since 1970
     */
    Window(long from) {
      this.from = from;
    }

    /** A log that is longer than its share begins later, and all others with it. */
    void open(AccessLogConfig log) {
      try {
        if (!Files.isRegularFile(log.file())) {
          note("the log of " + log.gateway() + " is no file that this agent can see");
          return;
        }
        boolean cut = Files.size(log.file()) > share;
        var reader = AccessLogReader.tail(log.gateway(), log.file(), unread, share);
        open.add(reader);
        var first = next(reader, log.attribution(), from);
        first.ifPresent(heads::add);
        if (cut && first.isPresent() && first.get().request().micros() > from) {
          from = first.get().request().micros();
          note("the log of " + log.gateway() + " is long: only its end was read");
        }
      } catch (IOException e) {
        note("the log of " + log.gateway() + " can't be read: " + e);
      }
    }

    /** Returns when the last request was made; 0 where there was none. */
    long replay(PolicyReplay replay) {
      long last = 0;
      long number = 0;
      for (var head = heads.poll(); head != null; head = heads.poll()) {
        if (head.request().micros() >= from) {
          last = Math.max(last, head.request().micros());
          replay.next(head.request(), head.naming());
        }
        if (++number % REQUESTS_A_LOOK == 0 && isOver()) {
          note("the replay stopped after " + LONGEST.toSeconds() + " s");
          return last;
        }
        try {
          next(head.log(), head.naming(), from).ifPresent(heads::add);
        } catch (IOException e) {
          note("a log ended early: " + e);
        }
      }
      return last;
    }

    private boolean isOver() {
      return System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted();
    }

    /** A log is written as requests end: the first one late enough is where it begins. */
    private Optional<Head> next(AccessLogReader log, RequestAttribution naming, long since)
        throws IOException {
      var request = log.next();
      long skipped = 0;
      while (request.isPresent() && request.get().micros() < since) {
        boolean looks = ++skipped % REQUESTS_A_LOOK == 0;
        request = looks && isOver() ? Optional.empty() : log.next();
      }
      return request.map(r -> new Head(log, naming, r));
    }

    void note(String words) {
      if (notes.size() < MOST_NOTES) {
        notes.add(TerminalSafeText.line(words));
      } else if (notes.size() == MOST_NOTES) {
        notes.add("… and more of that kind");
      }
    }

    @Override
    public void close() {
      for (var log : open) {
        try {
          log.close();
        } catch (IOException e) {
          note("a log can't be closed: " + e);
        }
      }
    }
  }
}
