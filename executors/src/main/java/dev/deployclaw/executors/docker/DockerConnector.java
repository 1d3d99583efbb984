package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.core.DefaultDockerClientConfig;
import com.github.dockerjava.core.DockerClientImpl;
import com.github.dockerjava.core.RemoteApiVersion;
import com.github.dockerjava.core.util.CertificateUtils;
import com.github.dockerjava.transport.SSLConfig;
import com.github.dockerjava.zerodep.ZerodepDockerHttpClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Opens clients of a daemon. Environment and settings of the Docker client have no say. */
public final class DockerConnector {
  /** The stores stay in memory. */
  private static final char[] NO_PASSWORD = new char[0];

  /** Instead of the user's own settings of the Docker client. */
  private static final String NO_CONFIG = "/nonexistent";

  private DockerConnector() {}

  /**
   * To be closed by the caller. Nothing is sent yet.
   *
   * @param connections at the same time
   * @throws RuntimeException that {@link DockerFaultMapper} knows, where a certificate can't be
   *     used
   */
  public static DockerClient open(DockerSettings settings, int connections) {
    var config =
        DefaultDockerClientConfig.createDefaultConfigBuilder()
            .withDockerHost(settings.host().toString())
            .withDockerTlsVerify(false)
            .withDockerConfig(NO_CONFIG)
            .withApiVersion(RemoteApiVersion.UNKNOWN_VERSION)
            .build();
    var http =
        new ZerodepDockerHttpClient.Builder()
            .dockerHost(settings.host())
            .sslConfig(settings.tls().map(DockerConnector::ssl).orElse(null))
            .maxConnections(connections)
            .connectionTimeout(settings.answer())
            .responseTimeout(settings.answer())
            .build();
    return DockerClientImpl.getInstance(config, http);
  }

  private static @Nullable SSLConfig ssl(DockerSettings.Tls tls) {
    var context = context(tls);
    return () -> context;
  }

  static SSLContext context(DockerSettings.Tls tls) {
    try {
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(own(tls), NO_PASSWORD);
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted(tls));
      var context = SSLContext.getInstance("TLS");
      context.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return context;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("the certificates of docker.tls can't be used: " + e, e);
    }
  }

  private static KeyStore own(DockerSettings.Tls tls) throws IOException, GeneralSecurityException {
    var key = CertificateUtils.loadPrivateKey(Files.readString(tls.key()));
    if (key == null) {
      throw new IllegalArgumentException(tls.key() + " holds no private key in PEM form");
    }
    var store = empty();
    var chain = certificates(tls.cert()).toArray(Certificate[]::new);
    store.setKeyEntry("client", key, NO_PASSWORD, chain);
    return store;
  }

  private static KeyStore trusted(DockerSettings.Tls tls)
      throws IOException, GeneralSecurityException {
    var store = empty();
    for (var certificate : certificates(tls.ca())) {
      store.setCertificateEntry("ca-" + store.size(), certificate);
    }
    return store;
  }

  private static List<Certificate> certificates(Path file)
      throws IOException, GeneralSecurityException {
    try (var text = Files.newInputStream(file)) {
      var found = CertificateFactory.getInstance("X.509").generateCertificates(text);
      if (found.isEmpty()) {
        throw new IllegalArgumentException(file + " holds no certificate in PEM form");
      }
      return List.copyOf(found);
    }
  }

  private static KeyStore empty() throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, NO_PASSWORD);
    return store;
  }
}
