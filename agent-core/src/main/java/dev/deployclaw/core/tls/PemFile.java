package dev.deployclaw.core.tls;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;

/** Reads certificates and keys in PEM (RFC 7468). Nothing of a key is ever quoted. */
public final class PemFile {
  private static final Pattern PKCS8 =
      Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");
  private static final Pattern OTHER_KEY = Pattern.compile("-----BEGIN ([A-Z ]+) PRIVATE KEY-----");

  /** Signed and verified once, to see whether a key belongs to a certificate. */
  private static final byte[] TRIAL = "trial".getBytes(StandardCharsets.US_ASCII);

  private PemFile() {}

  /** At least one, in the file's order. */
  static List<X509Certificate> certificates(Path file) throws InvalidPemException {
    byte[] bytes = text(file).getBytes(StandardCharsets.US_ASCII);
    try {
      Collection<? extends Certificate> found =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(bytes));
      if (!found.isEmpty()) {
        return found.stream().map(X509Certificate.class::cast).toList();
      }
    } catch (CertificateException e) {
      // said below: what the parser says of it helps nobody
    }
    throw new InvalidPemException(
        "holds no certificate in PEM", "give a file with -----BEGIN CERTIFICATE-----");
  }

  static PrivateKey key(Path file, PublicKey certified) throws InvalidPemException {
    var pem = PKCS8.matcher(text(file));
    if (!pem.find()) {
      throw noKey(file);
    }
    try {
      byte[] der = Base64.getMimeDecoder().decode(pem.group(1));
      var key =
          KeyFactory.getInstance(certified.getAlgorithm())
              .generatePrivate(new PKCS8EncodedKeySpec(der));
      if (belongs(key, certified)) {
        return key;
      }
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      // a key of another kind belongs to it as little
    }
    throw new InvalidPemException(
        "is not the key of the certificate", "give the two files that were made together");
  }

  /** Whether everybody on the machine may read it. */
  static boolean readableByAll(Path file) {
    try {
      return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Whether a key is the one of a certificate: it signs once, and the certificate verifies. */
  public static boolean belongs(PrivateKey key, PublicKey certified)
      throws GeneralSecurityException {
    String algorithm =
        switch (certified.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          case "EdDSA" -> "EdDSA";
          default -> throw new GeneralSecurityException(certified.getAlgorithm());
        };
    var signer = Signature.getInstance(algorithm);
    signer.initSign(key);
    signer.update(TRIAL);
    byte[] signed = signer.sign();
    var verifier = Signature.getInstance(algorithm);
    verifier.initVerify(certified);
    verifier.update(TRIAL);
    return verifier.verify(signed);
  }

  private static InvalidPemException noKey(Path file) throws InvalidPemException {
    var other = OTHER_KEY.matcher(text(file));
    return other.find()
        ? new InvalidPemException(
            "holds a key in another format (%s)".formatted(other.group(1)),
            "write it as PKCS #8: openssl pkcs8 -topk8 -nocrypt -in KEY -out NEW")
        : new InvalidPemException("holds no private key in PEM", "give a file with one in PKCS #8");
  }

  private static String text(Path file) throws InvalidPemException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException e) {
      throw new InvalidPemException("isn't there: " + file, "check the path");
    } catch (IOException e) {
      throw new InvalidPemException("can't be read: " + file, "check its permissions");
    }
  }
}
