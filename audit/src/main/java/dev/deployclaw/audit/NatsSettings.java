package dev.deployclaw.audit;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Where the stream is.
 *
 * @param url {@code nats://} or {@code tls://host:port}
 * @param credentials a NATS credentials file
 * @param timeout for connecting and for each answer
 * @param mostWaiting bytes of log that may wait for the stream; beyond that no new change begins
 */
public record NatsSettings(
    String url, Optional<Path> credentials, Duration timeout, long mostWaiting) {
  /** Bytes. */
  public static final long DEFAULT_MOST_WAITING = 64L << 20;

  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  public NatsSettings(String url, Optional<Path> credentials, Duration timeout) {
    this(url, credentials, timeout, DEFAULT_MOST_WAITING);
  }

  public static NatsSettings of(String url) {
    return new NatsSettings(url, Optional.empty(), DEFAULT_TIMEOUT);
  }
}
