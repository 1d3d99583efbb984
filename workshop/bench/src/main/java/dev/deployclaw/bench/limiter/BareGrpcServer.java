package dev.deployclaw.bench.limiter;

import dev.deployclaw.bench.function.DecisionBenchEstate;
import dev.deployclaw.ratelimit.listener.HttpServerGroup;
import dev.deployclaw.ratelimit.listener.SharedAddress;
import dev.deployclaw.testkit.network.HostPort;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;

/** The service's HTTP/2 server that says yes to each call: what gRPC costs without a limiter. */
public final class BareGrpcServer implements AutoCloseable {
  public static final String TITLE = "bare gRPC";

  /** A message of two bytes behind its head: the overall code is OK. */
  private static final Buffer YES = Buffer.buffer(new byte[] {0, 0, 0, 0, 2, 8, 1});

  private final Vertx vertx = DecisionBenchEstate.oneLoop();
  private final HttpServer server =
      new HttpServerGroup(vertx)
          .http2(SharedAddress.of("127.0.0.1", 0), BareGrpcServer::answer)
          .await();

  public HostPort address() {
    return HostPort.loopback(server.actualPort());
  }

  @Override
  public void close() {
    var _ = vertx.close().await();
  }

  private static void answer(HttpServerRequest request) {
    request.endHandler(_ ->
        request
            .response()
            .putHeader("content-type", "application/grpc")
            .putTrailer("grpc-status", "0")
            .end(YES.copy()));
  }
}
