package dev.deployclaw.core.tls;

import dev.deployclaw.core.spi.CauseChain;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;

/**
 * Why no TLS connection came about, with the remedy. Nothing was sent then: a request needs the
 * connection first, and a server that wants a certificate takes none without.
 *
 * @param reason for people
 */
public record TlsFailure(String reason) {
  /** Words of the JDK and of Netty for bytes that aren't TLS. */
  private static final List<String> NO_TLS =
      List.of("Unsupported or unrecognized SSL message", "not an SSL/TLS record");

  /** The alerts by which a server says that it misses our certificate (RFC 8446, 6.2). */
  private static final List<String> MISSED = List.of("certificate_required");

  /**
   * The alerts by which it says that it doesn't like the one it was shown, or, before 1.3, none.
   */
  private static final List<String> REFUSED =
      List.of(
          "bad_certificate",
          "certificate_expired",
          "certificate_revoked",
          "certificate_unknown",
          "unknown_ca",
          "unsupported_certificate",
          "handshake_failure");

  /** Empty where the error is about something else. */
  public static Optional<TlsFailure> of(Throwable error) {
    var certificate = first(error, CertificateExpiredException.class);
    if (certificate.isPresent()) {
      return failure("its certificate has expired (%s): renew it there", certificate.get());
    }
    var early = first(error, CertificateNotYetValidException.class);
    if (early.isPresent()) {
      return failure("its certificate isn't valid yet (%s): compare the clocks", early.get());
    }
    if (first(error, CertPathBuilderException.class).isPresent()) {
      return Optional.of(
          new TlsFailure(
              "no authority that we trust signed its certificate: set tls.ca to the file of the one"
                  + " that did"));
    }
    var name = first(error, CertificateException.class).filter(e -> said(e).startsWith("No "));
    if (name.isPresent()) {
      return failure(
          "its certificate is for another name (%s): write the name that it has in the address, or"
              + " in tls.serverName",
          name.get());
    }
    return said(error, first(error, SSLException.class));
  }

  private static Optional<TlsFailure> said(Throwable error, Optional<SSLException> tls) {
    String all = chain(error).map(TlsFailure::said).reduce("", (a, b) -> a + " " + b);
    if (NO_TLS.stream().anyMatch(all::contains)) {
      return Optional.of(
          new TlsFailure(
              "it speaks no TLS: turn it on there, or remove TLS from its address here"));
    }
    if (tls.isEmpty()) {
      return Optional.empty();
    }
    String words = all.toLowerCase(Locale.ROOT);
    if (MISSED.stream().anyMatch(words::contains)) {
      return Optional.of(
          new TlsFailure("it requires a client certificate: set tls.certificate and tls.key"));
    }
    if (REFUSED.stream().anyMatch(words::contains)) {
      return failure(
          "it refuses the handshake (%s): does it require a client certificate "
              + "(tls.certificate and tls.key) from another authority?",
          tls.get());
    }
    return tls.get() instanceof SSLHandshakeException
        ? failure("no handshake (%s): check tls.ca and the names in its certificate", tls.get())
        : Optional.empty();
  }

  private static Optional<TlsFailure> failure(String words, Throwable error) {
    return Optional.of(new TlsFailure(words.formatted(said(error))));
  }

  private static String said(Throwable error) {
    return String.valueOf(error.getMessage());
  }

  private static <T extends Throwable> Optional<T> first(Throwable error, Class<T> kind) {
    return chain(error).filter(kind::isInstance).map(kind::cast).findFirst();
  }

  private static Stream<Throwable> chain(Throwable error) {
    return CauseChain.of(error)
        .flatMap(e -> Stream.concat(Stream.of(e), Stream.of(e.getSuppressed())));
  }
}
