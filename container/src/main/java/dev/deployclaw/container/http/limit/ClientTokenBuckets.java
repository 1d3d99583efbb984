package dev.deployclaw.container.http.limit;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * How much each client may call: a token bucket each, which holds a tenth of a minute's worth, at
 * least ten calls. The clients that called last are remembered; a forgotten one starts again. Any
 * thread.
 */
final class ClientTokenBuckets {
  private static final int MOST_CLIENTS = 4096;
  private static final int LEAST_BURST = 10;
  private static final double NANOS_A_MINUTE = 60e9;

  private final double perNano;
  private final double most;
  private final LongSupplier nanos;
  private final Map<String, Bucket> buckets =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

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
