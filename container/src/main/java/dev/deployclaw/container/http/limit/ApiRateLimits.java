package dev.deployclaw.container.http.limit;

import dev.deployclaw.container.listener.NetworkPrefix;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How often may be called: a budget for each caller, another one for what a caller needs in an
 * incident, and for each network one for strangers' calls and one for the console's files. None can
 * use up another. Any thread.
 */
public final class ApiRateLimits {
  private static final int URGENT_A_MINUTE = 60;

  /** A browser that keeps nothing loads some fifteen files at once. */
  private static final int PAGE_FILES_A_MINUTE = 1200;

  private final ClientTokenBuckets callers;
  private final ClientTokenBuckets urgent;
  private final ClientTokenBuckets strangers;
  private final ClientTokenBuckets pages;

  /**
   * @param nanos a clock that never goes back
   */
  public ApiRateLimits(int perMinute, int strangersPerMinute, LongSupplier nanos) {
    this.callers = new ClientTokenBuckets(perMinute, nanos);
    this.urgent = new ClientTokenBuckets(URGENT_A_MINUTE, nanos);
    this.strangers = new ClientTokenBuckets(strangersPerMinute, nanos);
    this.pages = new ClientTokenBuckets(PAGE_FILES_A_MINUTE, nanos);
  }

  /** Takes a caller's call; gives how long to wait where there is none left. */
  public Optional<Duration> takeOf(String caller) {
    return callers.take(caller);
  }

  /** The same for a rollback or a freeze. */
  public Optional<Duration> takeUrgentOf(String caller) {
    return urgent.take(caller);
  }

  /** The same for a call of which nobody is known. */
  public Optional<Duration> takeFrom(String address) {
    return strangers.take(NetworkPrefix.of(address));
  }

  /** The same for a file of the console, for any caller. */
  public Optional<Duration> takePageFrom(String address) {
    return pages.take(NetworkPrefix.of(address));
  }

  /**
   * How much each client may call: a token bucket each, which holds a tenth of a minute's worth, at
   * least ten calls. The clients that called last are remembered; a forgotten one starts again. Any
   * thread.
   */
  static final class ClientTokenBuckets {
    private static final int MOST_CLIENTS = 4096;
    private static final int LEAST_BURST = 10;
    private static final double NANOS_A_MINUTE = 60e9;

    private final double perNano;
    private final double most;
    private final LongSupplier nanos;
    private final Map<String, Bucket> buckets =
        new LinkedHashMap<>(16, 0.75f, true) {
          @Override
          protected boolean removeEldestEntry(Map.Entry<String, Bucket> eldest) {
            return size() > MOST_CLIENTS;
          }
        };

    /**
     * @param nanos a clock that never goes back
     */
    ClientTokenBuckets(int perMinute, LongSupplier nanos) {
      this.perNano = perMinute / NANOS_A_MINUTE;
      this.most = Math.max(LEAST_BURST, perMinute / 10.0);
      this.nanos = nanos;
    }

    private record Bucket(double tokens, long at) {}

    /** Takes one call; gives how long to wait where there is none left. */
    synchronized Optional<Duration> take(String client) {
      long now = nanos.getAsLong();
      var bucket = buckets.getOrDefault(client, new Bucket(most, now));
      double tokens = Math.min(most, bucket.tokens() + (now - bucket.at()) * perNano);
      boolean enough = tokens >= 1;
      buckets.put(client, new Bucket(enough ? tokens - 1 : tokens, now));
      return enough
          ? Optional.empty()
          : Optional.of(Duration.ofNanos((long) Math.ceil((1 - tokens) / perNano)));
    }
  }
}
