package dev.deployclaw.audit.stream;

import dev.deployclaw.core.tls.TlsSettings;
import dev.deployclaw.policy.wire.ServerLogin;
import java.net.URI;
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
 * @param login as whom, where no credentials file says it and the URL doesn't
 * @param tls for {@code tls://}
 */
public record NatsSettings(
    String url,
    Optional<Path> credentials,
    Duration timeout,
    long mostWaiting,
    Optional<ServerLogin> login,
    TlsSettings tls) {
  /** Bytes. */
  public static final long DEFAULT_MOST_WAITING = 64L << 20;

  public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);

  public NatsSettings(String url, Optional<Path> credentials, Duration timeout) {
    this(url, credentials, timeout, DEFAULT_MOST_WAITING, Optional.empty(), TlsSettings.DEFAULT);
  }

  boolean encrypted() {
    return url.startsWith("tls://");
  }

  /** Where it is, for people: without a user and a password. */
  public String address() {
    var at = URI.create(url);
    return at.getUserInfo() == null ? url : url.replace(at.getRawUserInfo() + "@", "");
  }

  /** What to do when the server lets nobody in by these settings. */
  String whenRefused() {
    if (credentials.isPresent()) {
      return ("the server refuses the credentials in %s: put valid ones there, each attempt "
              + "reads them again")
          .formatted(credentials.get());
    }
    if (login.isPresent()) {
      return "the server refuses the user " + login.get().user() + ": check nats.passwordFile";
    }
    return URI.create(url).getUserInfo() == null
        ? "the server requires credentials: set nats.credentialsFile, or nats.username and"
            + " passwordFile"
        : "the server refuses the user or the password in nats.url: correct it there and "
            + "restart, or add them to the server";
  }

  public static NatsSettings of(String url) {
    return new NatsSettings(url, Optional.empty(), DEFAULT_TIMEOUT);
  }
}
