package dev.deployclaw.testkit.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.stream.Stream;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.CRLReason;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v2CRLBuilder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.ContentSigner;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/** A key and its certificate, made in this JVM: keytool would start one for each. */
public record TestCertificate(KeyStore store, Path certificate, Path key) {
  private static final String SECRET = "changeit";
  private static final String ALIAS = "it";
  private static final int SERIAL_BITS = 63;
  private static final Duration LIFE = Duration.ofDays(3);
  private static final Duration YOUNG = Duration.ofDays(1);
  private static final Duration TOO_OLD = Duration.ofDays(9);
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final GeneralNames LOCAL =
      new GeneralNames(
          new GeneralName[] {
            new GeneralName(GeneralName.dNSName, "localhost"),
            new GeneralName(GeneralName.iPAddress, "127.0.0.1")
          });

  /** One that it signed itself, and that may sign others. */
  public static TestCertificate make(Path folder, String subject) throws Exception {
    var name = new X500Principal(subject);
    var keys = keys();
    var unsigned = unsigned(name, keys, new Subject(name, LOCAL, YOUNG));
    unsigned.addExtension(Extension.basicConstraints, true, new BasicConstraints(true));
    return of(folder, keys.getPrivate(), signed(unsigned, keys.getPrivate()));
  }

  /** One for this machine that this one signs. */
  public TestCertificate sign(Path folder, String subject) throws Exception {
    return sign(folder, new Subject(new X500Principal(subject), LOCAL, YOUNG));
  }

  public TestCertificate signExpired(Path folder, String subject) throws Exception {
    return sign(folder, new Subject(new X500Principal(subject), LOCAL, TOO_OLD));
  }

  public TestCertificate signFor(Path folder, String host) throws Exception {
    var names = new GeneralNames(new GeneralName(GeneralName.dNSName, host));
    return sign(folder, new Subject(new X500Principal("CN=" + host), names, YOUNG));
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

  private record Subject(X500Principal name, GeneralNames names, Duration age) {}

  private TestCertificate sign(Path folder, Subject subject) throws Exception {
    var keys = keys();
    var unsigned = unsigned(own().getSubjectX500Principal(), keys, subject);
    return of(folder, keys.getPrivate(), signed(unsigned, privateKey()), own());
  }

  private static JcaX509v3CertificateBuilder unsigned(
      X500Principal issuer, KeyPair keys, Subject subject) throws IOException {
    var from = Instant.now().minus(subject.age());
    var until = Date.from(from.plus(LIFE));
    var serial = new BigInteger(SERIAL_BITS, RANDOM);
    var unsigned =
        new JcaX509v3CertificateBuilder(
            issuer, serial, Date.from(from), until, subject.name(), keys.getPublic());
    unsigned.addExtension(Extension.subjectAlternativeName, false, subject.names());
    return unsigned;
  }

  private static X509Certificate signed(JcaX509v3CertificateBuilder unsigned, PrivateKey key)
      throws GeneralSecurityException, OperatorCreationException {
    return new JcaX509CertificateConverter().getCertificate(unsigned.build(signer(key)));
  }

  private static ContentSigner signer(PrivateKey key) throws OperatorCreationException {
    return new JcaContentSignerBuilder("SHA256withECDSA").build(key);
  }

  private static KeyPair keys() throws GeneralSecurityException {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  private X509Certificate own() throws GeneralSecurityException {
    return (X509Certificate) store.getCertificate(ALIAS);
  }

  private PrivateKey privateKey() throws GeneralSecurityException {
    return (PrivateKey) store.getKey(ALIAS, SECRET.toCharArray());
  }

  /** Keeps it in a folder; the next signer comes first. */
  private static TestCertificate of(
      Path folder, PrivateKey key, X509Certificate own, X509Certificate... signers)
      throws GeneralSecurityException, IOException {
    Files.createDirectories(folder);
    var chain = Stream.concat(Stream.of(own), Stream.of(signers)).toArray(Certificate[]::new);
    var store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    store.setKeyEntry(ALIAS, key, SECRET.toCharArray(), chain);
    return new TestCertificate(
        store,
        pem(folder.resolve("it.crt"), "CERTIFICATE", own.getEncoded()),
        secret(pem(folder.resolve("it.key"), "PRIVATE KEY", key.getEncoded())));
  }

  private static Path secret(Path file) throws IOException {
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }

  /** A list by which this certificate revokes itself. */
  public Path revoked(Path folder) throws Exception {
    return revoking(folder, own().getSerialNumber().toString());
  }

  public Path revoking(Path folder, String serial) throws Exception {
    var now = Instant.now();
    var list = new JcaX509v2CRLBuilder(own().getSubjectX500Principal(), Date.from(now));
    list.setNextUpdate(Date.from(now.plus(LIFE)));
    list.addCRLEntry(new BigInteger(serial), Date.from(now), CRLReason.unspecified);
    byte[] der = list.build(signer(privateKey())).getEncoded();
    return pem(folder.resolve("revoked-" + serial + ".pem"), "X509 CRL", der);
  }

  public HttpClient client(TestCertificate server) throws GeneralSecurityException, IOException {
    return client(server, store);
  }

  public HttpClient clientWithoutCertificate() throws GeneralSecurityException, IOException {
    return client(this, null);
  }

  /** Of clients that trust the certificate in a PEM file, and show none. */
  public static HttpClient.Builder trusting(Path certificate) {
    return HttpClient.newBuilder().sslContext(trust(certificate));
  }

  private static SSLContext trust(Path file) {
    try (InputStream in = Files.newInputStream(file)) {
      return tls(CertificateFactory.getInstance("X.509").generateCertificate(in), null);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("no certificate: " + file, e);
    }
  }

  /** For a server that shows this certificate and asks clients for none. */
  SSLContext serving() throws GeneralSecurityException {
    return tls(null, store);
  }

  /** Nothing is trusted without a certificate, and nothing is shown without a store. */
  private static SSLContext tls(@Nullable Certificate trusted, @Nullable KeyStore mine)
      throws GeneralSecurityException {
    try {
      var authorities = KeyStore.getInstance("PKCS12");
      authorities.load(null, null);
      if (trusted != null) {
        authorities.setCertificateEntry(ALIAS, trusted);
      }
      var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(authorities);
      var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      keys.init(mine, mine == null ? null : SECRET.toCharArray());
      var tls = SSLContext.getInstance("TLS");
      tls.init(keys.getKeyManagers(), trust.getTrustManagers(), null);
      return tls;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpClient client(TestCertificate server, @Nullable KeyStore mine)
      throws GeneralSecurityException, IOException {
    var tls = tls(server.store().getCertificate(ALIAS), mine);
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
