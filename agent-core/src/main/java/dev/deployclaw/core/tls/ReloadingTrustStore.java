package dev.deployclaw.core.tls;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.Optional;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Trusts whom a file names, as it is at each handshake. While it can't be read, what was read last
 * counts. Any thread.
 */
final class ReloadingTrustStore extends X509ExtendedTrustManager {
  private final Optional<Path> authorities;
  private volatile @Nullable X509ExtendedTrustManager last;

  ReloadingTrustStore(Optional<Path> authorities) {
    this.authorities = authorities;
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    now().checkServerTrusted(chain, kind, socket);
    chain[0].checkValidity(); // the JDK lets one that is trusted by itself run out
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    now().checkServerTrusted(chain, kind, engine);
    chain[0].checkValidity();
  }

  @Override
  public void checkServerTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    now().checkServerTrusted(chain, kind);
    chain[0].checkValidity();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket)
      throws CertificateException {
    throw noServer();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine)
      throws CertificateException {
    throw noServer();
  }

  @Override
  public void checkClientTrusted(X509Certificate[] chain, String kind) throws CertificateException {
    throw noServer();
  }

  /** A client needs none. */
  @Override
  public X509Certificate[] getAcceptedIssuers() {
    return new X509Certificate[0];
  }

  private static CertificateException noServer() {
    return new CertificateException("this is a client's trust, no server's");
  }

  private X509ExtendedTrustManager now() throws CertificateException {
    var known = last;
    if (known != null && authorities.isEmpty()) {
      return known; // the JRE's doesn't change
    }
    try {
      var read = read();
      last = read;
      return read;
    } catch (InvalidPemException | GeneralSecurityException | IOException e) {
      if (known != null) {
        return known;
      }
      throw new CertificateException("tls.ca " + e.getMessage(), e);
    }
  }

  private X509ExtendedTrustManager read()
      throws InvalidPemException, GeneralSecurityException, IOException {
    var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    factory.init(authorities.isPresent() ? store(authorities.get()) : null);
    return Arrays.stream(factory.getTrustManagers())
        .filter(X509ExtendedTrustManager.class::isInstance)
        .map(X509ExtendedTrustManager.class::cast)
        .findFirst()
        .orElseThrow(() -> new GeneralSecurityException("this JRE has no trust in X.509"));
  }

  private static KeyStore store(Path file)
      throws InvalidPemException, GeneralSecurityException, IOException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (var certificate : PemFile.certificates(file)) {
      store.setCertificateEntry("ca-" + store.size(), certificate);
    }
    return store;
  }
}
