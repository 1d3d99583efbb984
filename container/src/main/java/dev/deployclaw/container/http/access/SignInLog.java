package dev.deployclaw.container.http.access;

import dev.deployclaw.container.listener.NetworkPrefix;
import dev.deployclaw.container.metrics.ServerMetrics;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who signed in and who was turned away, in the application log: a line for a caller's first call
 * by a kind of credential, and one an hour while it goes on, so that the last one dates its use
 * within an hour. Refusals are a few lines a minute for each network and for all; the next line
 * says how many are left out. Any thread.
 */
final class SignInLog {
  private static final Logger LOG = LoggerFactory.getLogger(SignInLog.class);
  private static final Duration AGAIN = Duration.ofHours(1);
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int MOST_LINES = 30;
  private static final int MOST_OF_ONE_NETWORK = 3;
  private static final int MOST_CALLERS = 4096;

  private final ServerMetrics meters;
  private final LongSupplier nanos;
  private final Map<String, Long> lastLines = new LinkedHashMap<>(16, 0.75f, true);
  private final Map<String, Integer> refusals = new LinkedHashMap<>();
  private long windowStart;
  private int lines;
  private int leftOut;

  /**
   * @param nanos a clock that never goes back
   */
  SignInLog(ServerMetrics meters, LongSupplier nanos) {
    this.meters = meters;
    this.nanos = nanos;
    this.windowStart = nanos.getAsLong();
  }

  /**
   * @param by the kind of credential
   */
  synchronized void accepted(String caller, String by, String address) {
    long now = nanos.getAsLong();
    String key = by + " " + caller;
    var last = lastLines.get(key);
    if (last != null && now - last < AGAIN.toNanos()) {
      return;
    }
    lastLines.put(key, now);
    if (lastLines.size() > MOST_CALLERS) {
      lastLines.remove(lastLines.keySet().iterator().next());
    }
    meters.signedIn(by);
    LOG.atInfo()
        .addKeyValue("caller", caller)
        .addKeyValue("by", by)
        .addKeyValue("address", address)
        .log(last == null ? "A caller signed in" : "A caller still calls");
  }

  /**
   * @param why without any part of the credential
   */
  synchronized void refused(String why, String by, String address) {
    long now = nanos.getAsLong();
    if (now - windowStart >= WINDOW.toNanos()) {
      windowStart = now;
      lines = 0;
      refusals.clear();
    }
    String network = NetworkPrefix.of(address);
    if (lines >= MOST_LINES || refusals.getOrDefault(network, 0) >= MOST_OF_ONE_NETWORK) {
      leftOut++;
      return;
    }
    lines++;
    refusals.merge(network, 1, Integer::sum);
    LOG.atWarn()
        .addKeyValue("reason", why)
        .addKeyValue("by", by)
        .addKeyValue("address", address)
        .addKeyValue("left_out", leftOut)
        .log("A credential was refused");
    leftOut = 0;
  }
}
