package dev.deployclaw.executors.docker;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.Optional;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** An authority of a test, and the certificates that it signs, as PEM files in a folder. */
final class Certificates {
  private static final Duration VALID = Duration.ofDays(1);

  private final Path folder;
  private final KeyPair keys = keys();
  private final String issuer;

  private record Subject(String name, KeyPair keys, String address) {}

  Certificates(Path folder) {
    this.folder = folder;
    this.issuer = "authority of " + folder.getFileName();
    write("ca", sign(new Subject(issuer, keys, ""), Optional.empty()));
  }

  Path file(String name) {
    return folder.resolve(name + ".pem");
  }

  /** Writes {@code name.pem} and {@code name-key.pem} for a client, or a server on loopback. */
  DockerSettings.Tls issue(String name, KeyPurposeId purpose) {
    return issue(name, purpose, "127.0.0.1");
  }

  /** For a server at that address. */
  DockerSettings.Tls issue(String name, KeyPurposeId purpose, String address) {
    var own = keys();
    write(name, sign(new Subject(name, own, address), Optional.of(purpose)));
    write(name + "-key", new PemObject("PRIVATE KEY", own.getPrivate().getEncoded()));
    return new DockerSettings.Tls(file("ca"), file(name), file(name + "-key"));
  }

  private X509CertificateHolder sign(Subject subject, Optional<KeyPurposeId> purpose) {
    var now = Instant.now();
    var builder =
        new JcaX509v3CertificateBuilder(
            new X500Name("CN=" + issuer),
            BigInteger.valueOf(System.nanoTime()),
            Date.from(now.minus(VALID)),
            Date.from(now.plus(VALID)),
            new X500Name("CN=" + subject.name()),
            subject.keys().getPublic());
    try {
      builder.addExtension(
          Extension.basicConstraints, true, new BasicConstraints(purpose.isEmpty()));
      if (purpose.isPresent()) {
        var address = new GeneralNames(new GeneralName(GeneralName.iPAddress, subject.address()));
        builder.addExtension(Extension.subjectAlternativeName, false, address);
        builder.addExtension(
            Extension.extendedKeyUsage, false, new ExtendedKeyUsage(purpose.get()));
      }
      return builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keys() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void write(String name, Object content) {
    try {
      Files.createDirectories(folder);
      var text = new StringWriter();
      try (var pem = new JcaPEMWriter(text)) {
        pem.writeObject(content);
      }
      Files.writeString(file(name), text.toString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
