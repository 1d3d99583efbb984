package dev.deployclaw.ratelimit.listener;

import io.netty.handler.flush.FlushConsolidationHandler;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.Http2Settings;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.impl.HttpServerConnection;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;

/**
 * The servers of one event loop, with the bounds that all have; Vert.x closes them with the
 * verticle that opened them. Connections that say nothing are closed by {@link ConnectionCap} where
 * there are many, and after {@link #IDLE_SECONDS} in any case.
 */
public record HttpServerGroup(Vertx vertx) {
  /** A gateway passes the client's headers on, and may accept more than our default. */
  private static final int MOST_HEADER_BYTES = 64 << 10;

  /** The agent sends a token. */
  private static final int MOST_STATUS_HEADER_BYTES = 8 << 10;

  /** Longer than NGINX keeps a connection that it doesn't use, so that it closes first. */
  private static final int IDLE_SECONDS = 75;

  /** Requests that one connection of HTTP/2 has under way at once. */
  private static final long MOST_STREAMS = 256;

  /** Answers on one connection of HTTP/2 that leave in one write, in one turn of the event loop. */
  private static final int MOST_GATHERED = 256;

  /** HTTP/1.1 in plain text. */
  public Future<HttpServer> http(SharedAddress address, Handler<HttpServerRequest> routes) {
    return listen(bounded(), address.at(), routes);
  }

  /** HTTP/1.1, encrypted where it says so. */
  public Future<HttpServer> http(
      StatusAccess.Listener listener, Handler<HttpServerRequest> routes) {
    var options = bounded().setMaxHeaderSize(MOST_STATUS_HEADER_BYTES);
    listener.tls().ifPresent(tls -> encrypt(options, tls));
    var address = SocketAddress.inetSocketAddress(listener.port(), listener.host());
    return listen(options, address, routes);
  }

  /** HTTP/2 in plain text, as gRPC needs it. */
  public Future<HttpServer> http2(SharedAddress address, Handler<HttpServerRequest> routes) {
    return listen(multiplexed(), address.at(), routes);
  }

  private Future<HttpServer> listen(
      HttpServerOptions options, SocketAddress address, Handler<HttpServerRequest> routes) {
    var server = vertx.createHttpServer(options).requestHandler(routes);
    if (options.isHttp2ClearTextEnabled()) {
      server.connectionHandler(HttpServerGroup::gather);
    }
    return server.listen(address);
  }

  /** Many streams of HTTP/2 share a connection, and Vert.x would flush it twice for each answer. */
  private static void gather(HttpConnection opened) {
    if (opened instanceof HttpServerConnection connection) {
      connection
          .channelHandlerContext()
          .pipeline()
          .addFirst(new FlushConsolidationHandler(MOST_GATHERED, true));
    }
  }

  /** No gateway upgrades to WebSockets, so nothing looks for that. */
  private static HttpServerOptions bounded() {
    return new HttpServerOptions()
        .setPerFrameWebSocketCompressionSupported(false)
        .setPerMessageWebSocketCompressionSupported(false)
        .setMaxHeaderSize(MOST_HEADER_BYTES)
        .setIdleTimeout(IDLE_SECONDS)
        .setHttp2ClearTextEnabled(false)
        .setUseAlpn(false);
  }

  private static HttpServerOptions multiplexed() {
    var settings =
        new Http2Settings()
            .setMaxConcurrentStreams(MOST_STREAMS)
            .setMaxHeaderListSize(MOST_HEADER_BYTES);
    return new HttpServerOptions()
        .setMaxHeaderSize(MOST_HEADER_BYTES)
        .setIdleTimeout(IDLE_SECONDS)
        .setInitialSettings(settings);
  }

  private static void encrypt(HttpServerOptions options, StatusAccess.ServerTls tls) {
    options
        .setSsl(true)
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setCertPath(tls.certificate().toString())
                .setKeyPath(tls.key().toString()));
    tls.clients()
        .ifPresent(authority ->
            options
                .setTrustOptions(new PemTrustOptions().addCertPath(authority.toString()))
                .setClientAuth(ClientAuth.REQUEST));
  }
}
