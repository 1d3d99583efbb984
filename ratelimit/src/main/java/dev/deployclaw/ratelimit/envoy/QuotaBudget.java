package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.policy.text.TerminalSafeText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the buckets of all streams together may take, some 80 MB where each is as long as it may be,
 * what messages that haven't come as a whole may take, and one place for what is wrong with them.
 * Belongs to one event loop.
 */
final class QuotaBudget {
  static final int MOST_BUCKETS = 20_000;

  private static final Logger LOG = LoggerFactory.getLogger(QuotaBudget.class);
  private static final int MOST_SHOWN = 120;
  private static final long LOG_PAUSE_NANOS = 10_000_000_000L;

  /** Of messages that haven't come as a whole yet. */
  private static final long MOST_PARTIAL_BYTES = 32 << 20;

  private int buckets;
  private long partial;
  private long toldAt = System.nanoTime() - LOG_PAUSE_NANOS;

  boolean hasRoom() {
    return buckets < MOST_BUCKETS;
  }

  void take() {
    buckets++;
  }

  void giveBack() {
    buckets--;
  }

  /** Whether there is room for what messages that aren't whole take more than before, or less. */
  boolean keep(long more) {
    if (more > 0 && partial + more > MOST_PARTIAL_BYTES) {
      return false;
    }
    partial += more;
    return true;
  }

  /** Why a bucket of some gateway gets no quota. */
  void tell(String gateway, String why) {
    long now = System.nanoTime();
    if (now - toldAt >= LOG_PAUSE_NANOS) {
      toldAt = now;
      LOG.atWarn()
          .setMessage("buckets are denied")
          .addKeyValue("gateway", shortly(gateway))
          .addKeyValue("why", shortly(why))
          .log();
    }
  }

  /** Both may hold what a caller sent. */
  private static String shortly(String text) {
    return TerminalSafeText.line(text.substring(0, Math.min(text.length(), MOST_SHOWN)));
  }
}
