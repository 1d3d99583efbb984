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
 */
public record NatsSettings(String url, Optional<Path> credentials, Duration timeout) {
  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  public static NatsSettings of(String url) {
    return new NatsSettings(url, Optional.empty(), DEFAULT_TIMEOUT);
  }
}
