package dev.deployclaw.container.http;

import dev.deployclaw.container.serve.Meters;
import dev.deployclaw.container.serve.Meters.Refusal;
import io.vertx.core.http.HttpServerRequest;
import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Decides who calls, and whether they may. Runs on the event loop, before a body is read. */
final class Guard {
  private static final String BEARER = "Bearer ";

  private final Credentials credentials;
  private final Allowance allowance;
  private final Meters meters;

  Guard(Credentials credentials, Allowance allowance, Meters meters) {
    this.credentials = credentials;
    this.allowance = allowance;
    this.meters = meters;
  }

  /** What it says. */
  sealed interface Verdict {
    record Passed(Caller caller) implements Verdict {}

    record Refused(Problem problem) implements Verdict {}
  }

  Verdict judge(HttpServerRequest request, Route route) {
    var caller = caller(request);
    var wait = allowance.take(caller.map(Caller::name).orElse("@" + address(request)));
    if (wait.isPresent()) {
      return refused(Refusal.RATE, Problems.tooMany(wait.get()));
    }
    if (route.needs().isEmpty()) {
      return new Verdict.Passed(Caller.NOBODY);
    }
    if (caller.isEmpty()) {
      boolean shown = request.getHeader("Authorization") != null;
      return refused(
          Refusal.CREDENTIAL, shown ? Problems.unknownCredential() : Problems.noCredential());
    }
    var needed = route.needs().get();
    return caller.get().roles().contains(needed)
        ? new Verdict.Passed(caller.get())
        : refused(Refusal.ROLE, Problems.roleMissing(caller.get(), needed));
  }

  private Verdict refused(Refusal refusal, Problem problem) {
    meters.refused(refusal);
    return new Verdict.Refused(problem);
  }

  /** A token says more exactly who calls than the certificate of a machine. */
  private Optional<Caller> caller(HttpServerRequest request) {
    var header = request.getHeader("Authorization");
    if (header != null) {
      return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
          ? credentials.byToken(header.substring(BEARER.length()).strip())
          : Optional.empty();
    }
    return certificate(request).flatMap(c -> credentials.bySubject(c.getSubjectX500Principal()));
  }

  private static Optional<X509Certificate> certificate(HttpServerRequest request) {
    var session = request.connection().sslSession();
    if (session == null) {
      return Optional.empty();
    }
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate x509
          ? Optional.of(x509)
          : Optional.empty();
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  private static String address(HttpServerRequest request) {
    var address = request.remoteAddress();
    return address == null ? "" : String.valueOf(address.hostAddress());
  }
}
