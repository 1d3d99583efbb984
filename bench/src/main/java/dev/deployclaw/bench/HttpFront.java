package dev.deployclaw.bench;

import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.testkit.HostPort;
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
final class HttpFront implements AutoCloseable {
  private final Vertx vertx = DecidingEstate.oneLoop();
  private final HttpServer server;

  private HttpFront(IntFunction<CompletionStage<?>> decides) {
    server =
        vertx
            .createHttpServer(new HttpServerOptions().setHost("127.0.0.1").setPort(0))
            .requestHandler(request -> answer(request, onLoop(decides.apply(tenant(request)))));
    server.listen().await();
  }

  /** Before a limiter, which is the caller's to close. */
  static HttpFront of(Limiter limiter) {
    return new HttpFront(limiter::ask);
  }

  /** Says yes to everybody. */
  static HttpFront bare() {
    return new HttpFront(_ -> CompletableFuture.completedFuture(true));
  }

  HostPort address() {
    return HostPort.loopback(server.actualPort());
  }

  @Override
  public void close() {
    var _ = vertx.close().await();
  }

  /** Whoever decides, the answer is written on the server's event loop. */
  private Future<?> onLoop(CompletionStage<?> decided) {
    return Future.fromCompletionStage(decided, vertx.getOrCreateContext());
  }

  private static void answer(HttpServerRequest request, Future<?> decided) {
    decided.onComplete(
        done -> request.response().setStatusCode(done.succeeded() ? 204 : 403).end());
  }

  /** The number that its name ends in. */
  private static int tenant(HttpServerRequest request) {
    String host = Objects.requireNonNull(request.getHeader(DecideHeaders.HOST), "no host");
    int dot = host.indexOf('.');
    return Integer.parseInt(host, host.lastIndexOf('-', dot) + 1, dot, 10);
  }
}
