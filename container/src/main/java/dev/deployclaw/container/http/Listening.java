package dev.deployclaw.container.http;

import dev.deployclaw.container.config.Serve;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** How the server listens: address, bounds, TLS. */
final class Listening {
  private static final int MOST_HEADER_BYTES = 16 << 10;

  private static final Duration LEAST_IDLE = Duration.ofMinutes(2);

  /** A stream that was silent for so many heartbeats is dead. */
  private static final int HEARTBEATS = 3;

  private Listening() {}

  static HttpServerOptions options(Serve serve) {
    var options =
        new HttpServerOptions()
            .setHost(serve.host())
            .setPort(serve.port())
            .setMaxHeaderSize(MOST_HEADER_BYTES)
            .setIdleTimeout(Math.toIntExact(idle(serve).toSeconds()))
            .setIdleTimeoutUnit(TimeUnit.SECONDS);
    serve.tls().ifPresent(tls -> secure(options, tls, serve.tokensFile().isPresent()));
    return options;
  }

  private static Duration idle(Serve serve) {
    var silence = serve.bounds().heartbeat().multipliedBy(HEARTBEATS);
    return silence.compareTo(LEAST_IDLE) > 0 ? silence : LEAST_IDLE;
  }

  /** A client that may show a token instead needs no certificate. */
  private static void secure(HttpServerOptions options, Serve.Tls tls, boolean tokens) {
    options
        .setSsl(true)
        .setUseAlpn(true)
        .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
        .setKeyCertOptions(
            new PemKeyCertOptions()
                .setCertPath(tls.certificateFile().toString())
                .setKeyPath(tls.keyFile().toString()));
    tls.clientCaFile()
        .ifPresent(ca ->
            options
                .setTrustOptions(new PemTrustOptions().addCertPath(ca.toString()))
                .setClientAuth(tokens ? ClientAuth.REQUEST : ClientAuth.REQUIRED));
  }
}
