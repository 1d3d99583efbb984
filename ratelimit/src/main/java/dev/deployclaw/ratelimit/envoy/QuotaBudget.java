package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.policy.text.TerminalSafeText;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the buckets of all streams together may take, some 80 MB where each is as long as it may be,
 * what messages that haven't come as a whole may take, and one place for what is wrong with them.
 * One for all event loops. For any thread.
 */
public final class QuotaBudget {
  static final int MOST_BUCKETS = 20_000;
  static final int MOST_STREAMS = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(QuotaBudget.class);
  private static final int MOST_SHOWN = 120;
  private static final long LOG_PAUSE_NANOS = 10_000_000_000L;

  /** Of messages that haven't come as a whole yet. */
  private static final long MOST_PARTIAL_BYTES = 32 << 20;

  private final AtomicLong buckets = new AtomicLong();
  private final AtomicLong streams = new AtomicLong();
  private final AtomicLong partial = new AtomicLong();
  private final AtomicLong toldAt = new AtomicLong(System.nanoTime() - LOG_PAUSE_NANOS);

  /** Whether there was room for a bucket, which has it now. */
  boolean take() {
    return add(buckets, 1, MOST_BUCKETS);
  }

  void giveBack() {
    buckets.decrementAndGet();
  }

  /** Whether there was room for a stream, which has it now. */
  boolean open() {
    return add(streams, 1, MOST_STREAMS);
  }

  void close() {
    streams.decrementAndGet();
  }

  /** Whether there is room for what messages that aren't whole take more than before, or less. */
  boolean keep(long more) {
    return add(partial, more, MOST_PARTIAL_BYTES);
  }

  /** Less is always possible. */
  private static boolean add(AtomicLong used, long more, long most) {
    long before = used.getAndUpdate(now -> fits(now, more, most) ? now + more : now);
    return fits(before, more, most);
  }

  private static boolean fits(long used, long more, long most) {
    return more <= 0 || used + more <= most;
  }

  /** Why a bucket of some gateway gets no quota. */
  void tell(String gateway, String why) {
    long now = System.nanoTime();
    long before = toldAt.get();
    if (now - before >= LOG_PAUSE_NANOS && toldAt.compareAndSet(before, now)) {
      LOG.atWarn()
          .addKeyValue("gateway", shortly(gateway))
          .addKeyValue("why", shortly(why))
          .log("buckets are denied");
    }
  }

  /** Both may hold what a caller sent. */
  private static String shortly(String text) {
    return TerminalSafeText.line(text.substring(0, Math.min(text.length(), MOST_SHOWN)));
  }
}
