package dev.deployclaw.ratelimit;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * Asks the service on this machine whether it lives: exit code 0 when it does, else 1. For an
 * image's health check, which starts it often: it needs nothing but the JDK, and reads from the
 * environment where the service listens, as the service does.
 */
public final class HealthCheckMain {
  private static final int ANSWER_MILLIS = 3_000;
  private static final String HOST = "DC_RATELIMIT_HOST";
  private static final String STATUS_PORT = "DC_RATELIMIT_STATUS_PORT";
  private static final String CERTIFICATE = "DC_RATELIMIT_STATUS_CERT_FILE";

  private HealthCheckMain() {}

  public static void main(String[] args) {
    System.exit(lives(System.getenv()) ? 0 : 1);
  }

  static boolean lives(Map<String, String> environment) {
    boolean own = environment.containsKey(STATUS_PORT);
    String usual = environment.getOrDefault(HOST, "127.0.0.1");
    String host = own ? environment.getOrDefault("DC_RATELIMIT_STATUS_HOST", usual) : usual;
    String port =
        environment.getOrDefault(own ? STATUS_PORT : "DC_RATELIMIT_PORT", own ? "" : "8089");
    boolean encrypted = own && environment.containsKey(CERTIFICATE);
    try {
      String scheme = encrypted ? "https://" : "http://";
      var url = URI.create(scheme + reached(host) + ":" + port + "/healthz").toURL();
      var connection = (HttpURLConnection) url.openConnection();
      if (connection instanceof HttpsURLConnection https) {
        https.setSSLSocketFactory(
            trusting(Path.of(environment.getOrDefault(CERTIFICATE, ""))).getSocketFactory());
        https.setHostnameVerifier((_, _) -> true); // it is that certificate, whatever it names
      }
      connection.setConnectTimeout(ANSWER_MILLIS);
      connection.setReadTimeout(ANSWER_MILLIS);
      return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
    } catch (IOException | GeneralSecurityException e) {
      System.err.println("no rate limit service answers on " + host + ":" + port + ": " + e);
      return false;
    }
  }

  /** The service's own certificate, and those behind it. */
  private static SSLContext trusting(Path file) throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    try (var in = Files.newInputStream(file)) {
      for (var certificate : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
        store.setCertificateEntry("own-" + store.size(), certificate);
      }
    }
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(store);
    var context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    return context;
  }

  /** Who listens everywhere is asked on loopback. */
  private static String reached(String host) {
    return host.equals("0.0.0.0") ? "127.0.0.1" : host;
  }
}
