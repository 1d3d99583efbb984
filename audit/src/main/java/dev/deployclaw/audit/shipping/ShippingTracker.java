package dev.deployclaw.audit.shipping;

import dev.deployclaw.core.log.Journal.Shipping;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Who has unshipped records, and how far each one is: where the appending threads, the shipper and
 * the waiting threads meet. It holds names and numbers, never records, and no more names than its
 * bounds: the files are the queue, and what it has no name for is found there again. Any thread.
 */
public final class ShippingTracker {
  /** How often a flush lets the shipper try: it may be in the middle of the first one. */
  private static final int TRIES = 2;

  /** Logs that can't be shipped of which a reason tells. */
  private static final int MOST_TOLD = 3;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Bounds bounds;

  /** Logs that this process appends to, with records that the stream hasn't acknowledged. */
  private final Map<String, Progress> waiting = new LinkedHashMap<>();

  /** The same without any, those that were shipped last. */
  private final Map<String, Progress> settled = new LinkedHashMap<>();

  /** Which of those that wait can be shipped. */
  private final Set<String> ready = new LinkedHashSet<>();

  private final Map<String, String> stuck = new LinkedHashMap<>();
  private final Set<String> backlog = new LinkedHashSet<>();
  private String trouble = "";
  private long unnamed;
  private int failures;
  private int hurries;
  private boolean closed;

  ShippingTracker(Bounds bounds) {
    this.bounds = bounds;
  }

  /**
   * How many names it keeps.
   *
   * @param waiting logs of this process that wait; as many of others, and as many that are stuck
   * @param settled logs that are shipped, and may go on
   */
  record Bounds(int waiting, int settled) {}

  /**
   * How far the file of an execution reaches.
   *
   * @param seq the last record
   * @param length of the file with it, in bytes
   */
  public record Mark(long seq, long length) {
    static final Mark WHATEVER_IS_THERE = new Mark(0, Long.MAX_VALUE);
  }

  /**
   * @param sent the last record that the stream acknowledged
   */
  private record Progress(Mark mark, long sent) {
    long pending() {
      return Math.max(0, mark.seq() - sent);
    }
  }

  void appended(String execution, Mark mark) {
    change(() -> {
      var known = known(execution);
      boolean kept = known.isPresent() || waiting.size() < bounds.waiting();
      if (kept) {
        keep(execution, new Progress(mark, known.map(Progress::sent).orElse(0L)));
      } else {
        unnamed++;
      }
    });
  }

  /** Logs that others left; those that are known already, or too many, are left out. */
  void backlog(List<String> executions) {
    change(() ->
        executions.stream()
            .filter(id -> !waiting.containsKey(id) && !stuck.containsKey(id))
            .limit(Math.max(0, bounds.waiting() - backlog.size()))
            .forEach(backlog::add));
  }

  void shipped(String execution, long seq) {
    change(() -> known(execution).ifPresent(p -> keep(execution, new Progress(p.mark(), seq))));
  }

  /** All that there was of it is shipped. */
  void done(String execution) {
    change(() -> {
      backlog.remove(execution);
      if (ready.isEmpty() && backlog.isEmpty()) {
        unnamed = 0;
      }
    });
  }

  /** It can't be shipped, however often one tries. */
  void stuck(String execution, String why) {
    change(() -> {
      if (stuck.size() < bounds.waiting()) {
        stuck.put(execution, why);
      }
      ready.remove(execution);
      backlog.remove(execution);
    });
  }

  /** Whatever could not be shipped is tried again: the server or the stream isn't what it was. */
  void retry() {
    change(() -> {
      ready.addAll(waiting.keySet());
      stuck.keySet().stream().filter(id -> !waiting.containsKey(id)).forEach(backlog::add);
      stuck.clear();
    });
  }

  /** All of it is to be shipped again: its file isn't what it was. */
  void anew(String execution) {
    change(() -> {
      waiting.remove(execution);
      settled.remove(execution);
      ready.remove(execution);
      stuck.remove(execution);
      backlog.remove(execution);
      backlog.add(execution);
    });
  }

  /** Why nothing is shipped at the moment; empty where something is. */
  void trouble(String why) {
    change(() -> {
      trouble = why;
      failures += why.isEmpty() ? 0 : 1;
    });
  }

  void close() {
    change(() -> closed = true);
  }

  boolean isClosed() {
    return under(() -> closed);
  }

  Mark mark(String execution) {
    return under(() -> known(execution).map(Progress::mark).orElse(Mark.WHATEVER_IS_THERE));
  }

  /**
   * Waits for work, but no longer than so: what this process appends comes before what others left.
   * Empty: there is none, or it is closed.
   */
  Optional<String> next(Duration atMost) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = atMost.toNanos();
      Optional<String> next = candidate();
      while (next.isEmpty() && !closed && left > 0) {
        left = changed.awaitNanos(left);
        next = candidate();
      }
      return closed ? Optional.empty() : next;
    } finally {
      lock.unlock();
    }
  }

  /** Waits so long, or until somebody is in a hurry. */
  void pause(Duration pause) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = pause.toNanos();
      while (hurries == 0 && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      hurries = Math.max(0, hurries - 1);
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until all that was appended is shipped or stuck, but no longer than so, and not for a
   * stream that is away: a try that began before may fail, one at once after it has to succeed.
   */
  Shipping flush(Duration atMost) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      hurries = TRIES;
      changed.signalAll();
      int mostFailures = failures + TRIES;
      long left = atMost.toNanos();
      while (goesOn() && failures < mostFailures && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return standing();
    } finally {
      lock.unlock();
    }
  }

  /**
   * How far it is, without waiting: of the logs that this process appends to and that wait, or were
   * shipped last.
   */
  Shipping now() {
    return under(this::standing);
  }

  /** How many names it keeps. */
  int names() {
    return under(
        () -> waiting.size() + settled.size() + ready.size() + stuck.size() + backlog.size());
  }

  private boolean goesOn() {
    return !ready.isEmpty() || unnamed > 0;
  }

  private Optional<Progress> known(String execution) {
    return Optional.ofNullable(waiting.get(execution))
        .or(() -> Optional.ofNullable(settled.get(execution)));
  }

  private void keep(String execution, Progress progress) {
    if (progress.pending() > 0) {
      settled.remove(execution);
      waiting.put(execution, progress);
      if (!stuck.containsKey(execution)) {
        ready.add(execution);
      }
      return;
    }
    waiting.remove(execution);
    ready.remove(execution);
    settled.remove(execution);
    settled.put(execution, progress);
    if (settled.size() > bounds.settled()) {
      settled.remove(settled.keySet().iterator().next());
    }
  }

  private Shipping standing() {
    long pending = unnamed + sum(waiting.values().stream().map(Progress::pending).toList());
    long done = sum(Stream.of(waiting, settled).flatMap(ShippingTracker::sent).toList());
    return new Shipping(done, pending, pending == 0 ? "" : reason());
  }

  private static Stream<Long> sent(Map<String, Progress> logs) {
    return logs.values().stream().map(Progress::sent);
  }

  private static long sum(Collection<Long> numbers) {
    return numbers.stream().mapToLong(Long::longValue).sum();
  }

  private String reason() {
    if (!stuck.isEmpty()) {
      int left = stuck.size() - MOST_TOLD;
      String told = String.join("; ", stuck.values().stream().limit(MOST_TOLD).toList());
      return left > 0 ? told + "; and " + left + " more logs" : told;
    }
    return trouble.isEmpty() ? "not acknowledged yet" : trouble;
  }

  private Optional<String> candidate() {
    return Stream.of(ready, backlog).flatMap(Collection::stream).findFirst();
  }

  private void change(Runnable step) {
    lock.lock();
    try {
      step.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private <T> T under(Supplier<T> look) {
    lock.lock();
    try {
      return look.get();
    } finally {
      lock.unlock();
    }
  }
}
