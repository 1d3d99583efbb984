package dev.deployclaw.container.http.tls;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.core.tls.PemFile;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.X509KeyManager;

/**
 * What the files of TLS held when they were read, together.
 *
 * @param authority whose certificates say who a client is
 * @param revoked the list of those that don't any more
 */
record TlsFiles(
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
