package dev.deployclaw.ratelimit.http;

import dev.deployclaw.ratelimit.listener.ConnectionCap;
import dev.deployclaw.ratelimit.listener.HttpServerGroup;
import dev.deployclaw.ratelimit.listener.StatusAccess;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The agent's listener, with threads of its own: agents and probes need few connections. */
public final class StatusListener extends VerticleBase {
  private static final int MOST_CONNECTIONS = 64;

  private final StatusAccess.Listener listener;
  private final StatusRoutes routes;
  private @Nullable HttpServerGroup servers;
  private @Nullable HttpServer server;

  public StatusListener(StatusAccess.Listener listener, StatusRoutes routes) {
    this.listener = listener;
    this.routes = routes;
  }

  /** To run it in. */
  public static Vertx vertx() {
    return Vertx.builder()
        .with(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1))
        .withTransport(ConnectionCap.transport(MOST_CONNECTIONS))
        .build();
  }

  @Override
  public Future<?> start() {
    var listeners = new HttpServerGroup(vertx);
    servers = listeners;
    return listeners.http(listener, routes::serveAlone).onSuccess(open -> server = open);
  }

  @Override
  public Future<?> stop() {
    return servers == null ? Future.succeededFuture() : servers.close();
  }

  public int port() {
    return Objects.requireNonNull(server, "not started").actualPort();
  }
}
