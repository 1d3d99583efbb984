package dev.deployclaw.testkit.server;

import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** A key and its certificate, made by the JDK's keytool. */
public record TestCertificate(KeyStore store, Path certificate, Path key) {
  private static final String SECRET = "changeit";
  private static final String ALIAS = "it";
  private static final String SIGNED = "signed";
  private static final String STORE = "store.p12";
  private static final Names LOCAL = new Names("san=dns:localhost,ip:127.0.0.1", "-1d");

  /** One that it signed itself, and that may sign others. */
  public static TestCertificate make(Path folder, String subject) throws Exception {
    Files.createDirectories(folder);
    keytool(folder, List.of("-alias", ALIAS, "-dname", subject, "-ext", "bc:c=ca:true"), LOCAL);
    return of(folder, ALIAS);
  }

  /** One for this machine that this one signs. */
  public TestCertificate sign(Path folder, String subject) throws Exception {
    return sign(folder, subject, LOCAL);
  }

  /** One that ran out a week ago. */
  public TestCertificate signExpired(Path folder, String subject) throws Exception {
    return sign(folder, subject, new Names(LOCAL.names(), "-9d"));
  }

  /** One for another host. */
  public TestCertificate signFor(Path folder, String host) throws Exception {
    return sign(folder, "CN=" + host, new Names("san=dns:" + host, "-1d"));
  }

  /** Puts another's certificate and key where these are, as a renewal does. */
  public void renew(TestCertificate other) throws IOException {
    Files.move(copy(other.certificate()), certificate, StandardCopyOption.REPLACE_EXISTING);
    Files.move(copy(other.key()), key, StandardCopyOption.REPLACE_EXISTING);
  }

  private static Path copy(Path file) throws IOException {
    return Files.copy(
        file,
        file.resolveSibling("copy-of-" + file.getFileName()),
        StandardCopyOption.REPLACE_EXISTING,
        StandardCopyOption.COPY_ATTRIBUTES);
  }

  private TestCertificate sign(Path folder, String subject, Names names) throws Exception {
    Files.createDirectories(folder);
    Files.copy(certificate.resolveSibling(STORE), folder.resolve(STORE));
    keytool(folder, List.of("-alias", SIGNED, "-dname", subject, "-signer", ALIAS), names);
    return of(folder, SIGNED);
  }

  /** Whom it is for, and from when on for three days. */
  private record Names(String names, String from) {}

  private static void keytool(Path folder, List<String> what, Names names) {
    var words = new ArrayList<>(List.of("-genkeypair", "-keyalg", "EC", "-groupname", "secp256r1"));
    words.addAll(what);
    words.addAll(List.of("-ext", names.names(), "-startdate", names.from(), "-validity", "3"));
    keytool(folder.resolve(STORE), words);
  }

  private static void keytool(Path store, List<String> what) {
    var keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    var words = new ArrayList<>(List.of(keytool, "-J-XX:TieredStopAtLevel=1"));
    words.addAll(what);
    words.addAll(List.of("-storetype", "PKCS12", "-storepass", SECRET, "-keystore", "" + store));
    var _ = CommandRunner.of(words).must();
  }

  private static TestCertificate of(Path folder, String alias) throws Exception {
    var all = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(folder.resolve(STORE))) {
      all.load(in, SECRET.toCharArray());
    }
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    var key = all.getKey(alias, SECRET.toCharArray());
    store.setKeyEntry(ALIAS, key, SECRET.toCharArray(), all.getCertificateChain(alias));
    var certificate = all.getCertificate(alias).getEncoded();
    return new TestCertificate(
        store,
        pem(folder.resolve("it.crt"), "CERTIFICATE", certificate),
        secret(pem(folder.resolve("it.key"), "PRIVATE KEY", key.getEncoded())));
  }

  private static Path secret(Path file) throws IOException {
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** A list by which this certificate revokes itself. */
  public Path revoked(Path folder) throws GeneralSecurityException {
    return revoking(
        folder, ((X509Certificate) store.getCertificate(ALIAS)).getSerialNumber().toString());
  }

  /** A list by which this certificate, as an authority, revokes one by its serial number. */
  public Path revoking(Path folder, String serial) {
    var list = folder.resolve("revoked-" + serial + ".pem");
    keytool(
        certificate.resolveSibling(STORE),
        List.of("-gencrl", "-rfc", "-id", serial, "-file", list.toString(), "-alias", ALIAS));
    return list;
  }

  /** A client that shows this certificate and trusts that of a server. */
  public HttpClient client(TestCertificate server) throws GeneralSecurityException, IOException {
    return client(server, store);
  }

  /** A client that trusts this certificate and shows none. */
  public HttpClient clientWithoutCertificate() throws GeneralSecurityException, IOException {
    return client(this, null);
  }

  /** Of clients that trust the certificate in a PEM file, and show none. */
  public static HttpClient.Builder trusting(Path certificate) {
    return HttpClient.newBuilder().sslContext(trust(certificate));
  }

  private static SSLContext trust(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      var trusted = KeyStore.getInstance("PKCS12");
      trusted.load(null, null);
      trusted.setCertificateEntry(
          ALIAS, CertificateFactory.getInstance("X.509").generateCertificate(in));
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      var tls = SSLContext.getInstance("TLS");
      tls.init(null, trust.getTrustManagers(), null);
      return tls;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no certificate: " + file, e);
    }
  }

  /** For a server that shows this certificate and asks clients for none. */
  SSLContext serving() throws GeneralSecurityException {
    var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    keys.init(store, SECRET.toCharArray());
    var tls = SSLContext.getInstance("TLS");
    tls.init(keys.getKeyManagers(), null, null);
    return tls;
  }

  private static HttpClient client(TestCertificate server, @Nullable KeyStore mine)
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
