package dev.deployclaw.ratelimit.decision;

import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * Bounds how long answers are waited for, all of them equally: whatever a decision needs of Redis,
 * it is answered in time. One timer looks at the oldest ones, so that an answer in time costs a
 * place in a queue, which it leaves with the next ones. Belongs to the event loop that made it.
 */
final class DecisionDeadlines {
  private static final int LOOKS_PER_TIMEOUT = 4;

  private final long most;
  private final long longestGap;
  private final Deque<Waiting<?>> waiting = new ArrayDeque<>();
  private long looked = System.nanoTime();
  private boolean spared;

  private record Waiting<T>(Promise<T> promise, Supplier<T> late, long since) {
    boolean isOver() {
      return promise.future().isComplete();
    }

    void end() {
      if (!isOver()) {
        promise.tryComplete(late.get());
      }
    }
  }

  DecisionDeadlines(Vertx vertx, Duration most) {
    long pause = Math.max(1, most.toMillis() / LOOKS_PER_TIMEOUT);
    this.most = most.toNanos();
    this.longestGap = Duration.ofMillis(2 * pause).toNanos();
    vertx.setPeriodic(pause, _ -> look());
  }

  /** Ends the promise by another answer if the requested one doesn't come in time. */
  <T> void bound(Promise<T> asked, Supplier<T> late) {
    forgetAnswered();
    if (!asked.future().isComplete()) {
      waiting.add(new Waiting<>(asked, late, System.nanoTime()));
    }
  }

  /** How many are kept: those that wait, and some that were answered since the last one came. */
  int size() {
    return waiting.size();
  }

  /**
   * Answers come nearly in order, so that few are kept that don't wait: all would be carried
   * through each collection.
   */
  private void forgetAnswered() {
    for (var oldest = waiting.peek(); oldest != null && oldest.isOver(); oldest = waiting.peek()) {
      waiting.remove();
    }
  }

  /**
   * Where this loop itself was held up, answers may have come that nobody has read yet: they are
   * read first.
   */
  private void look() {
    long now = System.nanoTime();
    boolean heldUp = now - looked > longestGap && !spared;
    looked = now;
    spared = heldUp;
    var oldest = waiting.peek();
    while (oldest != null && isOver(oldest, now, heldUp)) {
      waiting.remove();
      oldest.end();
      oldest = waiting.peek();
    }
  }

  private boolean isOver(Waiting<?> one, long now, boolean heldUp) {
    return one.isOver() || (!heldUp && now - one.since() >= most);
  }
}
