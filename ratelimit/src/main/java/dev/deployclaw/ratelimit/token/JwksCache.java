package dev.deployclaw.ratelimit.token;

import io.vertx.core.Context;
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
 * can't be read, the last ones hold. Belongs to one event loop.
 */
final class JwksCache {
  private static final Logger LOG = LoggerFactory.getLogger(JwksCache.class);

  /** However many tokens name unknown keys, they are read again no sooner. */
  private static final Duration SOONEST = Duration.ofSeconds(5);

  private static final Duration LONGEST_READ = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final TokenSettings settings;
  private Edition held = new Edition(0, TokenKeySet.EMPTY);
  private String trouble = "";
  private long askedAt;
  private @Nullable Future<Edition> reading;

  /**
   * @param number grows when the keys change
   */
  record Edition(long number, TokenKeySet keys) {}

  private JwksCache(Vertx vertx, TokenSettings settings) {
    this.vertx = vertx;
    this.settings = settings;
  }

  /** Reads once, and goes on reading until {@code vertx} is closed. */
  static JwksCache start(Vertx vertx, TokenSettings settings) {
    var keys = new JwksCache(vertx, settings);
    if (!(settings.keys() instanceof JwksSource.None)) {
      keys.read();
      vertx.setPeriodic(settings.keys().period().toMillis(), _ -> keys.read());
    }
    return keys;
  }

  Edition held() {
    return held;
  }

  /** The keys, read again where that was not done just now. */
  Future<Edition> renewed() {
    var under = reading;
    boolean soon = System.nanoTime() - askedAt < SOONEST.toNanos();
    return under != null ? under : soon ? Future.succeededFuture(held) : read();
  }

  private Future<Edition> read() {
    var under = reading;
    if (under != null) {
      return under;
    }
    askedAt = System.nanoTime();
    Context context = vertx.getOrCreateContext();
    var asked = new CompletableFuture<TokenKeySet>();
    var thread = Thread.ofVirtual().name("token-keys").start(() -> fetch(asked));
    var _ =
        asked
            .orTimeout(LONGEST_READ.toSeconds(), TimeUnit.SECONDS)
            .whenComplete((_, _) -> thread.interrupt());
    var begun =
        Future.fromCompletionStage(asked, context)
            .map(this::taken)
            .recover(e -> Future.succeededFuture(failed(e)));
    if (!begun.isComplete()) { // a small file may be read, and taken, by now
      reading = begun;
    }
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

  private Edition taken(TokenKeySet read) {
    reading = null;
    trouble = "";
    if (!held.keys().equals(read)) {
      held = new Edition(held.number() + 1, read);
      LOG.atInfo()
          .setMessage("token keys were read")
          .addKeyValue("keys", read.keys().size())
          .addKeyValue("unused", read.unused())
          .log();
    }
    return held;
  }

  private Edition failed(Throwable e) {
    reading = null;
    var cause = e instanceof CompletionException && e.getCause() != null ? e.getCause() : e;
    String why = String.valueOf(cause.getMessage());
    if (!why.equals(trouble)) {
      trouble = why;
      LOG.atWarn()
          .setMessage("token keys can't be read; the previous ones stay in use")
          .addKeyValue("held", held.keys().keys().size())
          .addKeyValue("cause", cause.getClass().getSimpleName() + ": " + why)
          .log();
    }
    return held;
  }
}
