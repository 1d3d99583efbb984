package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.network.HostPort;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;

/**
 * The HTTP server of the service, with somebody else's decision behind it: what a limiter costs as
 * a service, and what HTTP costs without one.
 */
public final class LimiterHttpServer implements AutoCloseable {
  private final Vertx vertx = DecisionBenchEstate.oneLoop();
  private final HttpServer server;

  private LimiterHttpServer(IntFunction<CompletionStage<?>> decides) {
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(request -> answer(request, onLoop(decides.apply(tenant(request)))));
    server.listen().await();
  }

  /** Before a limiter, which is the caller's to close. */
  public static LimiterHttpServer of(RateLimiter limiter) {
    return new LimiterHttpServer(limiter::ask);
  }

  public static LimiterHttpServer bare() {
    return new LimiterHttpServer(_ -> CompletableFuture.completedFuture(true));
  }

  public HostPort address() {
    return HostPort.loopback(server.actualPort());
  }

  @Override
  public void close() {
    var _ = vertx.close().await();
  }

  /** With any limiter, the answer is written on the server's event loop. */
  private Future<?> onLoop(CompletionStage<?> decided) {
    return Future.fromCompletionStage(decided, vertx.getOrCreateContext());
  }

  private static void answer(HttpServerRequest request, Future<?> decided) {
    decided.onComplete(
        done -> request.response().setStatusCode(done.succeeded() ? 204 : 403).end());
  }

  private static int tenant(HttpServerRequest request) {
    String host = Objects.requireNonNull(request.getHeader(DecideHeaders.HOST), "no host");
    int dot = host.indexOf('.');
    return Integer.parseInt(host, host.lastIndexOf('-', dot) + 1, dot, 10);
  }
}
