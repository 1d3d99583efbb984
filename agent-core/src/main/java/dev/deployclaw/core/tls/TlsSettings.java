package dev.deployclaw.core.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;

/**
 * How a back end is known, and how we are known to it: PEM files. They are read at each handshake,
 * so that a renewed file counts from the next connection on.
 *
 * @param authorities who may have signed its certificate; without it, those that the JRE trusts
 * @param identity that is shown to it
 * @param serverName that its certificate must have instead of the address' host
 */
public record TlsSettings(
    Optional<Path> authorities, Optional<Identity> identity, Optional<String> serverName) {
  /** What the JRE trusts, the address' host, and no certificate of our own. */
  public static final TlsSettings DEFAULT =
      new TlsSettings(Optional.empty(), Optional.empty(), Optional.empty());

  /** A client's certificate, with those that lead to its authority, and its key in PKCS #8. */
  public record Identity(Path certificate, Path key) {}

  /** What is wrong with a file: its key in the configuration, and what to do. */
  public record Problem(String key, String what, String remedy) {}

  /** All that is wrong with the files now. */
  public List<Problem> problems(Instant now) {
    var found = new ArrayList<Problem>();
    authorities.ifPresent(file -> ofAuthorities(file, now).ifPresent(found::add));
    identity.ifPresent(i -> found.addAll(ofIdentity(i, now)));
    return found;
  }

  /**
   * For clients that open sockets. A server must have the host's name in its certificate, whether
   * or not the client asks for that itself.
   */
  public SSLContext context() {
    return HostVerifyingContext.of(this);
  }

  /** For clients that check the host's name themselves. */
  public X509ExtendedTrustManager trust() {
    return new ReloadingTrustStore(authorities);
  }

  /** Empty where we show no certificate. */
  public Optional<X509ExtendedKeyManager> keys() {
    return identity.map(ReloadingClientKeys::new);
  }

  /** A context that checks what the client that has it asks for. */
  SSLContext unnamed() {
    try {
      var context = SSLContext.getInstance("TLS");
      context.init(
          keys().stream().toArray(X509ExtendedKeyManager[]::new),
          new X509ExtendedTrustManager[] {trust()},
          null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JRE has no TLS", e);
    }
  }

  private static Optional<Problem> ofAuthorities(Path file, Instant now) {
    try {
      var found = PemFile.certificates(file);
      return found.stream().allMatch(c -> over(c, now))
          ? Optional.of(new Problem("ca", expired(found.getFirst()), "replace it"))
          : Optional.empty();
    } catch (InvalidPemException e) {
      return Optional.of(new Problem("ca", e.what(), e.remedy()));
    }
  }

  private static List<Problem> ofIdentity(Identity identity, Instant now) {
    var found = new ArrayList<Problem>();
    if (PemFile.readableByAll(identity.key())) {
      found.add(
          new Problem(
              "key",
              "is readable by all users of this machine",
              "chmod 640 FILE; in Kubernetes defaultMode: 0440 and an fsGroup"));
    }
    X509Certificate certificate;
    try {
      certificate = PemFile.certificates(identity.certificate()).getFirst();
    } catch (InvalidPemException e) {
      found.add(new Problem("certificate", e.what(), e.remedy()));
      return found;
    }
    if (over(certificate, now)) {
      found.add(new Problem("certificate", expired(certificate), "have it renewed"));
    }
    try {
      PrivateKey _ = PemFile.key(identity.key(), certificate.getPublicKey());
    } catch (InvalidPemException e) {
      found.add(new Problem("key", e.what(), e.remedy()));
    }
    return found;
  }

  private static boolean over(X509Certificate certificate, Instant now) {
    return certificate.getNotAfter().toInstant().isBefore(now);
  }

  private static String expired(X509Certificate certificate) {
    return "expired on " + certificate.getNotAfter().toInstant();
  }
}
