package dev.deployclaw.container.http.tls;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;

/** Certificates and revocation lists as files hold them. */
final class PemReader {
  private PemReader() {}

  static List<X509Certificate> certificates(Buffer file) throws GeneralSecurityException {
    var found =
        factory().generateCertificates(new ByteArrayInputStream(file.getBytes())).stream()
            .map(X509Certificate.class::cast)
            .toList();
    if (found.isEmpty()) {
      throw new CertificateException("holds no certificate");
    }
    return found;
  }

  static List<X509CRL> revocations(Buffer file) throws GeneralSecurityException {
    return factory().generateCRLs(new ByteArrayInputStream(file.getBytes())).stream()
        .map(X509CRL.class::cast)
        .toList();
  }

  private static CertificateFactory factory() throws CertificateException {
    return CertificateFactory.getInstance("X.509");
  }
}
