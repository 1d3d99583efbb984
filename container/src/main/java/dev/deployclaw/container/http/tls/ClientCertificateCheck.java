package dev.deployclaw.container.http.tls;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether a client's certificate still counts: it is asked at each call, as a connection may be
 * older than what the files say now. Immutable but for what it remembers; any thread.
 */
final class ClientCertificateCheck {
  private static final Logger LOG = LoggerFactory.getLogger(ClientCertificateCheck.class);
  private static final int MOST_REMEMBERED = 1024;

  private final X509TrustManager authority;
  private final List<X509CRL> lists;
  private final Map<X509Certificate, Optional<String>> remembered =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<X509Certificate, Optional<String>> eldest) {
          return size() > MOST_REMEMBERED;
        }
      };

  private ClientCertificateCheck(X509TrustManager authority, List<X509CRL> lists) {
    this.authority = authority;
    this.lists = lists;
  }

  /**
   * @throws GeneralSecurityException where a list isn't signed by the authority, too
   */
  static ClientCertificateCheck of(Buffer authority, Optional<Buffer> revoked)
      throws GeneralSecurityException {
    var issuers = PemReader.certificates(authority);
    var lists = revoked.isPresent() ? PemReader.revocations(revoked.get()) : List.<X509CRL>of();
    if (revoked.isPresent() && lists.isEmpty()) {
      throw new CRLException("holds no revocation list");
    }
    for (var list : lists) {
      verify(list, issuers);
    }
    return new ClientCertificateCheck(manager(issuers), lists);
  }

  /** Why a chain of certificates doesn't count, the client's own first; empty where it does. */
  Optional<String> objection(List<X509Certificate> chain) {
    var own = chain.getFirst();
    try {
      own.checkValidity();
    } catch (CertificateException e) {
      return Optional.of("the certificate has expired, or isn't valid yet");
    }
    synchronized (remembered) {
      return remembered.computeIfAbsent(own, _ -> judge(chain));
    }
  }

  private Optional<String> judge(List<X509Certificate> chain) {
    boolean revoked =
        chain.stream()
            .anyMatch(c ->
                lists.stream()
                    .anyMatch(list ->
                        list.getIssuerX500Principal().equals(c.getIssuerX500Principal())
                            && list.isRevoked(c)));
    if (revoked) {
      return Optional.of("the certificate was revoked");
    }
    try {
      authority.checkClientTrusted(chain.toArray(X509Certificate[]::new), "UNKNOWN");
      return Optional.empty();
    } catch (CertificateException e) {
      return Optional.of("the certificate isn't signed by serve.tls.clientCaFile");
    }
  }

  private static void verify(X509CRL list, List<X509Certificate> issuers)
      throws GeneralSecurityException {
    var issuer =
        issuers.stream()
            .filter(ca -> ca.getSubjectX500Principal().equals(list.getIssuerX500Principal()))
            .findFirst()
            .orElseThrow(() ->
                new CRLException(
                    "the revocation list of %s isn't signed by serve.tls.clientCaFile"
                        .formatted(list.getIssuerX500Principal())));
    list.verify(issuer.getPublicKey());
    var next = list.getNextUpdate();
    if (next != null && next.toInstant().isBefore(Instant.now())) {
      LOG.atWarn()
          .addKeyValue("issuer", list.getIssuerX500Principal())
          .addKeyValue("due", next.toInstant())
          .log("A newer revocation list is due; what this one names stays revoked");
    }
  }

  private static X509TrustManager manager(List<X509Certificate> issuers)
      throws GeneralSecurityException {
    try {
      var store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (int i = 0; i < issuers.size(); i++) {
        store.setCertificateEntry("ca-" + i, issuers.get(i));
      }
      var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      factory.init(store);
      return (X509TrustManager) factory.getTrustManagers()[0];
    } catch (IOException e) {
      throw new GeneralSecurityException(e);
    }
  }
}
