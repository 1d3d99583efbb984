package dev.deployclaw.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A key and a certificate that it signed itself, made by the JDK's keytool. */
public record Certificates(KeyStore store, Path certificate, Path key) {
  private static final String SECRET = "changeit";
  private static final String ALIAS = "it";
  private static final long LONGEST_SECONDS = 60;

  public static Certificates make(Path folder, String subject) throws Exception {
    Files.createDirectories(folder);
    var file = folder.resolve("store.p12");
    keytool(
        file,
        "-genkeypair",
        "-dname",
        subject,
        "-ext",
        "san=dns:localhost,ip:127.0.0.1",
        "-ext",
        "bc:c=ca:true",
        "-keyalg",
        "EC",
        "-validity",
        "2");
    var store = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(file)) {
      store.load(in, SECRET.toCharArray());
    }
    return new Certificates(
        store,
        pem(folder.resolve("it.crt"), "CERTIFICATE", store.getCertificate(ALIAS).getEncoded()),
        pem(
            folder.resolve("it.key"),
            "PRIVATE KEY",
            store.getKey(ALIAS, SECRET.toCharArray()).getEncoded()));
  }

  /** A list by which this certificate revokes itself. */
  public Path revoked(Path folder) throws Exception {
    return revoking(
        folder, ((X509Certificate) store.getCertificate(ALIAS)).getSerialNumber().toString());
  }

  /** A list by which this certificate, as an authority, revokes one by its serial number. */
  public Path revoking(Path folder, String serial) throws Exception {
    var list = folder.resolve("revoked-" + serial + ".pem");
    keytool(
        certificate.resolveSibling("store.p12"),
        "-gencrl",
        "-rfc",
        "-id",
        serial,
        "-file",
        list.toString());
    return list;
  }

  private static void keytool(Path file, String... what) throws Exception {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(what));
    command.addAll(
        List.of(
            "-alias",
            ALIAS,
            "-storetype",
            "PKCS12",
            "-storepass",
            SECRET,
            "-keystore",
            file.toString()));
    var process = new ProcessBuilder(command).inheritIO().start();
    if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
      process.destroyForcibly();
      throw new IllegalStateException("keytool failed: " + String.join(" ", what));
    }
  }

  /** A client that shows this certificate and trusts that of a server. */
  public HttpClient client(Certificates server) throws GeneralSecurityException, IOException {
    return client(server, store);
  }

  /** A client that trusts this certificate and shows none. */
  public HttpClient clientWithoutCertificate() throws GeneralSecurityException, IOException {
    return client(this, null);
  }

  private static HttpClient client(Certificates server, @Nullable KeyStore mine)
      throws GeneralSecurityException, IOException {
    var trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry(ALIAS, server.store().getCertificate(ALIAS));
    var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(mine, mine == null ? null : SECRET.toCharArray());
    var tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
    return HttpClient.newBuilder().sslContext(tls).build();
  }

  private static Path pem(Path file, String kind, byte[] der) throws IOException {
    var text = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));
    return Files.writeString(
        file,
        "-----BEGIN %s-----\n%s\n-----END %s-----\n"
            .formatted(kind, text.encodeToString(der), kind));
  }
}
