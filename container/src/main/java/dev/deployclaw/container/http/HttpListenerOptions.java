package dev.deployclaw.container.http;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.http.tls.ServerTls;
import io.vertx.core.http.HttpServerOptions;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How the server listens: address, bounds, TLS. HTTP/1.1 alone: a call is a connection's only one,
 * so that what bounds connections bounds calls, and each refusal has a body.
 */
final class HttpListenerOptions {
  private static final int MOST_HEADER_BYTES = 16 << 10;

  private static final int MOST_LINE_BYTES = 4 << 10;

  private static final Duration LEAST_IDLE = Duration.ofMinutes(2);

  /** A stream that was silent for so many heartbeats is dead. */
  private static final int HEARTBEATS = 3;

  private HttpListenerOptions() {}

  static HttpServerOptions options(ServerConfig serve, Optional<ServerTls> tls) {
    var options =
        new HttpServerOptions()
            .setHost(serve.host())
            .setPort(serve.port())
            .setMaxHeaderSize(MOST_HEADER_BYTES)
            .setMaxInitialLineLength(MOST_LINE_BYTES)
            .setMaxFormAttributeSize(serve.bounds().bodyBytes()) // a click is one field
            .setHttp2ClearTextEnabled(false)
            .setUseAlpn(false)
            // else their handler fails, and logs each call, where a stranger sends many at once
            .setPerFrameWebSocketCompressionSupported(false)
            .setPerMessageWebSocketCompressionSupported(false)
            .setIdleTimeout(Math.toIntExact(idle(serve).toSeconds()))
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    tls.ifPresent(t -> t.secure(options));
    return options;
  }

  private static Duration idle(ServerConfig serve) {
    var silence = serve.bounds().heartbeat().multipliedBy(HEARTBEATS);
    return silence.compareTo(LEAST_IDLE) > 0 ? silence : LEAST_IDLE;
  }
}
