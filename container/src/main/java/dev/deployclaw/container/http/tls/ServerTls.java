package dev.deployclaw.container.http.tls;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.tls.PemFile;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.X509KeyManager;
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

  /**
   * What the files of TLS held when they were read, together.
   *
   * @param authority whose certificates say who a client is
   * @param revoked the list of those that don't any more
   */
  private record TlsFiles(
      Buffer certificate, Buffer key, Optional<Buffer> authority, Optional<Buffer> revoked) {
    static TlsFiles read(ServerConfig.Tls tls) throws IOException {
      return new TlsFiles(
          read(tls.certificateFile()),
          read(tls.keyFile()),
          read(tls.clientCaFile()),
          read(tls.clientCrlFile()));
    }

    /**
     * @param tokens whether a client may show a token instead of a certificate
     */
    ServerSSLOptions options(boolean tokens) {
      var options =
          new ServerSSLOptions()
              .setEnabledSecureTransportProtocols(Set.of("TLSv1.3", "TLSv1.2"))
              .setKeyCertOptions(pair());
      authority.ifPresent(ca ->
          options
              .setTrustOptions(new PemTrustOptions().addCertValue(ca))
              .setClientAuth(tokens ? ClientAuth.REQUEST : ClientAuth.REQUIRED));
      return options;
    }

    /**
     * Fails where the key isn't the certificate's, as between the two steps of a renewal: no client
     * could connect.
     */
    void check(Vertx vertx) throws GeneralSecurityException {
      try {
        for (var keys : pair().getKeyManagerFactory(vertx).getKeyManagers()) {
          if (keys instanceof X509KeyManager x509) {
            fits(x509, PemReader.certificates(certificate).getFirst().getPublicKey());
          }
        }
      } catch (GeneralSecurityException e) {
        throw e;
      } catch (Exception e) { // as Vert.x declares it
        throw new GeneralSecurityException(e);
      }
    }

    private PemKeyCertOptions pair() {
      return new PemKeyCertOptions().setCertValue(certificate).setKeyValue(key);
    }

    private static void fits(X509KeyManager keys, PublicKey shown) throws GeneralSecurityException {
      var aliases = keys.getServerAliases(shown.getAlgorithm(), null);
      if (aliases == null || aliases.length == 0) {
        throw new GeneralSecurityException("the type of the key differs from the certificate's");
      }
      if (!PemFile.belongs(keys.getPrivateKey(aliases[0]), shown)) {
        throw new GeneralSecurityException("the key doesn't match the certificate");
      }
    }

    private static Buffer read(Path file) throws IOException {
      return Buffer.buffer(Files.readAllBytes(file));
    }

    private static Optional<Buffer> read(Optional<Path> file) throws IOException {
      return file.isPresent() ? Optional.of(read(file.get())) : Optional.empty();
    }
  }
}
