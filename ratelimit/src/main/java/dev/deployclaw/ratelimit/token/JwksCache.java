package dev.deployclaw.ratelimit.token;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys as they were read last. They are read again every {@link JwksSource#period()}, and when
 * a token names one that isn't there, so that an issuer may change them at any time. While they
 * can't be read, the last ones hold. One for all event loops, each of which sees a change with its
 * next token. For any thread.
 */
public final class JwksCache {
  private static final Logger LOG = LoggerFactory.getLogger(JwksCache.class);

  /** However many tokens name unknown keys, they are read again no sooner. */
  private static final Duration SOONEST = Duration.ofSeconds(5);

  private static final Duration LONGEST_READ = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final TokenSettings settings;
  private volatile Edition held = new Edition(0, TokenKeySet.EMPTY);
  private String trouble = "";
  private long askedAt;
  private @Nullable CompletableFuture<Edition> reading;

  /**
   * @param number grows when the keys change
   */
  record Edition(long number, TokenKeySet keys) {}

  private JwksCache(Vertx vertx, TokenSettings settings) {
    this.vertx = vertx;
    this.settings = settings;
  }

  /** Reads once, and goes on reading until {@code vertx} is closed. */
  public static JwksCache start(Vertx vertx, TokenSettings settings) {
    var keys = new JwksCache(vertx, settings);
    if (!(settings.keys() instanceof JwksSource.None)) {
      var _ = keys.read();
      vertx.setPeriodic(
          settings.keys().period().toMillis(),
          _ -> {
            var _ = keys.read();
          });
    }
    return keys;
  }

  Edition held() {
    return held;
  }

  /** The keys, read again where that was not done just now; on the event loop that asks. */
  Future<Edition> renewed() {
    return Future.fromCompletionStage(latest(), vertx.getOrCreateContext());
  }

  private synchronized CompletableFuture<Edition> latest() {
    boolean soon = System.nanoTime() - askedAt < SOONEST.toNanos();
    return reading == null && soon ? CompletableFuture.completedFuture(held) : read();
  }

  private synchronized CompletableFuture<Edition> read() {
    var under = reading;
    if (under != null) {
      return under;
    }
    askedAt = System.nanoTime();
    var asked = new CompletableFuture<TokenKeySet>();
    var begun =
        asked
            .orTimeout(LONGEST_READ.toSeconds(), TimeUnit.SECONDS)
            .handle((read, failure) -> failure == null ? taken(read) : failed(failure));
    reading = begun;
    var thread = Thread.ofVirtual().name("token-keys").start(() -> fetch(asked));
    var _ = begun.whenComplete((_, _) -> thread.interrupt());
    return begun;
  }

  private void fetch(CompletableFuture<TokenKeySet> asked) {
    try {
      asked.complete(TokenKeySet.parse(settings.keys().read(), settings.algorithms()));
    } catch (IOException | RuntimeException e) {
      asked.completeExceptionally(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      asked.completeExceptionally(e);
    }
  }

  private synchronized Edition taken(TokenKeySet read) {
    reading = null;
    trouble = "";
    if (!held.keys().equals(read)) {
      held = new Edition(held.number() + 1, read);
      LOG.atInfo()
          .addKeyValue("keys", read.keys().size())
          .addKeyValue("unused", read.unused())
          .log("token keys were read");
    }
    return held;
  }

  private synchronized Edition failed(Throwable e) {
    reading = null;
    var cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    String why = String.valueOf(cause.getMessage());
    if (!why.equals(trouble)) {
      trouble = why;
      LOG.atWarn()
          .addKeyValue("held", held.keys().keys().size())
          .addKeyValue("cause", cause.getClass().getSimpleName() + ": " + why)
          .log("token keys can't be read; the previous ones stay in use");
    }
    return held;
  }
}
