package dev.deployclaw.container.http.tls;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.SetupException;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS as it is served. Certificate, key, the clients' authority and its revocation list are read
 * again where a file changed, so that each can be renewed without a restart. What can't be used is
 * logged, and what was used before stays. {@link #look} is for one thread, the rest for any.
 */
public final class ServerTls {
  private static final Logger LOG = LoggerFactory.getLogger(ServerTls.class);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final ServerConfig.Tls tls;
  private final boolean tokens;
  private final Vertx vertx;
  private TlsFiles seen;
  private volatile Optional<ClientCertificateCheck> trust;

  private ServerTls(ServerConfig serve, ServerConfig.Tls tls, Vertx vertx, TlsFiles seen)
      throws GeneralSecurityException {
    this.tls = tls;
    this.tokens = serve.tokensFile().isPresent();
    this.vertx = vertx;
    this.seen = seen;
    this.trust = trust(seen);
  }

  /** Reads the files. */
  public static ServerTls read(ServerConfig serve, ServerConfig.Tls tls, Vertx vertx)
      throws SetupException {
    try {
      var files = TlsFiles.read(tls);
      files.check(vertx);
      return new ServerTls(serve, tls, vertx, files);
    } catch (IOException | GeneralSecurityException e) {
      throw new SetupException(
          "can't listen on %s:%d: %s; check serve.tls".formatted(serve.host(), serve.port(), e));
    }
  }

  /** Sets what a server begins with. */
  public void secure(HttpServerOptions options) {
    ServerSSLOptions now = seen.options(tokens);
    options
        .setSsl(true)
        .setEnabledSecureTransportProtocols(now.getEnabledSecureTransportProtocols())
        .setKeyCertOptions(now.getKeyCertOptions())
        .setTrustOptions(now.getTrustOptions())
        .setClientAuth(now.getClientAuth());
  }

  /** Why a client's certificates don't count now, its own first; empty where they do. */
  public Optional<String> objection(List<X509Certificate> chain) {
    return trust
        .map(t -> t.objection(chain))
        .orElse(Optional.of("client certificates aren't accepted here"));
  }

  /** Reads the files again, and takes over what changed. */
  public void look(HttpServer server) throws InterruptedException {
    try {
      var now = TlsFiles.read(tls);
      if (now.equals(seen)) {
        return;
      }
      seen = now; // said once, not at each look
      trust = trust(now); // a revocation counts at once, whatever becomes of the agent's own pair
      now.check(vertx);
      server
          .updateSSLOptions(now.options(tokens))
          .toCompletionStage()
          .toCompletableFuture()
          .get(LONGEST.toMillis(), TimeUnit.MILLISECONDS);
      LOG.atInfo()
          .addKeyValue("certificate", tls.certificateFile())
          .log("The TLS files were read again");
    } catch (IOException
        | GeneralSecurityException
        | ExecutionException
        | TimeoutException
        | RuntimeException e) {
      LOG.atWarn()
          .addKeyValue("problem", e.toString())
          .log("The files of serve.tls can't be used; the previous ones stay in use");
    }
  }

  private static Optional<ClientCertificateCheck> trust(TlsFiles files)
      throws GeneralSecurityException {
    return files.authority().isPresent()
        ? Optional.of(ClientCertificateCheck.of(files.authority().get(), files.revoked()))
        : Optional.empty();
  }
}
