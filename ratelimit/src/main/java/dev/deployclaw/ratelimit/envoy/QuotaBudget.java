package dev.deployclaw.ratelimit.envoy;

import dev.deployclaw.policy.text.TerminalSafeText;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the buckets of all streams together may take, some 80 MB where each is as long as it may be,
 * and one place for what is wrong with them. Belongs to one event loop.
 */
final class QuotaBudget {
  static final int MOST_BUCKETS = 20_000;

  private static final Logger LOG = LoggerFactory.getLogger(QuotaBudget.class);
  private static final int MOST_SHOWN = 120;
  private static final long LOG_PAUSE_NANOS = 10_000_000_000L;

  private int buckets;
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
