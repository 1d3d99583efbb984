package dev.deployclaw.audit;

import dev.deployclaw.core.log.Journal.Shipping;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Who has unshipped records, and how far each one is: where the appending threads, the shipper and
 * whoever waits for it meet. It holds names and numbers, never records. Any thread.
 */
final class ShippingLedger {
  /** How often a flush lets the shipper try: it may be in the middle of the first one. */
  private static final int TRIES = 2;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Map<String, Mark> appended = new LinkedHashMap<>();
  private final Map<String, Long> shipped = new LinkedHashMap<>();
  private final Map<String, String> stuck = new LinkedHashMap<>();
  private final Deque<String> backlog = new ArrayDeque<>();
  private String trouble = "";
  private int failures;
  private int hurries;
  private boolean closed;

  /**
   * How far the file of an execution reaches.
   *
   * @param seq the last record
   * @param length of the file with it, in bytes
   */
  record Mark(long seq, long length) {
    static final Mark WHATEVER_IS_THERE = new Mark(0, Long.MAX_VALUE);
  }

  void appended(String execution, Mark mark) {
    change(() -> appended.put(execution, mark));
  }

  void backlog(List<String> executions) {
    change(() -> backlog.addAll(executions));
  }

  void shipped(String execution, long seq) {
    change(() -> shipped.put(execution, seq));
  }

  /** All that there was of it is shipped. */
  void done(String execution) {
    change(() -> backlog.remove(execution));
  }

  /** It can't be shipped, however often one tries. */
  void stuck(String execution, String why) {
    change(() -> {
      stuck.put(execution, why);
      backlog.remove(execution);
    });
  }

  /** Whatever could not be shipped is tried again: the stream isn't what it was. */
  void retry() {
    change(() -> {
      stuck.keySet().stream().filter(id -> !backlog.contains(id)).forEach(backlog::add);
      stuck.clear();
    });
  }

  /** All of it is to be shipped anew: its file isn't what it was. */
  void anew(String execution) {
    change(() -> {
      appended.remove(execution);
      shipped.remove(execution);
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
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  Mark mark(String execution) {
    lock.lock();
    try {
      return appended.getOrDefault(execution, Mark.WHATEVER_IS_THERE);
    } finally {
      lock.unlock();
    }
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
      while (candidateAppended().isPresent() && failures < mostFailures && !closed && left > 0) {
        left = changed.awaitNanos(left);
      }
      return standing();
    } finally {
      lock.unlock();
    }
  }

  /** How far it is, without waiting. */
  Shipping now() {
    lock.lock();
    try {
      return standing();
    } finally {
      lock.unlock();
    }
  }

  private Shipping standing() {
    long done = 0;
    long pending = 0;
    for (var entry : appended.entrySet()) {
      long sent = shipped.getOrDefault(entry.getKey(), 0L);
      done += sent;
      pending += Math.max(0, entry.getValue().seq() - sent);
    }
    return new Shipping(done, pending, pending == 0 ? "" : reason());
  }

  private String reason() {
    if (!stuck.isEmpty()) {
      return String.join("; ", stuck.values());
    }
    return trouble.isEmpty() ? "not acknowledged yet" : trouble;
  }

  private Optional<String> candidate() {
    return candidateAppended().or(() -> Optional.ofNullable(backlog.peek()));
  }

  private Optional<String> candidateAppended() {
    return appended.entrySet().stream()
        .filter(entry -> !stuck.containsKey(entry.getKey()))
        .filter(entry -> shipped.getOrDefault(entry.getKey(), 0L) < entry.getValue().seq())
        .map(Map.Entry::getKey)
        .findFirst();
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
}
