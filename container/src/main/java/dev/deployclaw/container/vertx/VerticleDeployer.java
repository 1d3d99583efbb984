package dev.deployclaw.container.vertx;

import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Deploys and waits, bounded, on the caller's thread, which is none of Vert.x. */
public final class VerticleDeployer {
  private VerticleDeployer() {}

  public static void deploy(Vertx vertx, Deployable verticle, Duration within) {
    try {
      var _ = await(vertx.deployVerticle(verticle), within);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the agent starts", e);
    } catch (ExecutionException | TimeoutException e) {
      throw new IllegalStateException("a part of the agent doesn't start", e);
    }
  }

  /** Waits for the end of something asynchronous. */
  public static <T> T await(Future<T> future, Duration within)
      throws InterruptedException, ExecutionException, TimeoutException {
    return future
        .toCompletionStage()
        .toCompletableFuture()
        .get(within.toMillis(), TimeUnit.MILLISECONDS);
  }
}
