package dev.deployclaw.container.http.access;

import dev.deployclaw.container.http.exchange.ApiCaller;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.limit.ApiRateLimits;
import dev.deployclaw.container.http.tls.ServerTls;
import dev.deployclaw.container.metrics.ServerMetrics;
import dev.deployclaw.container.metrics.ServerMetrics.Refusal;
import io.vertx.core.http.HttpServerRequest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;

/** Decides who calls, and whether they may. Runs on the event loop, before a body is read. */
public final class RequestAuthorizer {
  private static final String BEARER = "Bearer ";

  private final CredentialStore credentials;
  private final Optional<ServerTls> tls;
  private final ApiRateLimits budgets;
  private final ServerMetrics meters;

  public RequestAuthorizer(
      CredentialStore credentials,
      Optional<ServerTls> tls,
      ApiRateLimits budgets,
      ServerMetrics meters) {
    this.credentials = credentials;
    this.tls = tls;
    this.budgets = budgets;
    this.meters = meters;
  }

  /** What it says. */
  sealed interface Verdict {
    record Passed(ApiCaller caller) implements Verdict {}

    record Refused(ProblemDetail problem) implements Verdict {}
  }

  /**
   * Who shows a credential.
   *
   * @param why it names no caller
   */
  private record Shown(Optional<ApiCaller> caller, String why) {
    private static Shown unidentified(String why) {
      return new Shown(Optional.empty(), why);
    }

    private static Shown of(Optional<ApiCaller> caller) {
      return new Shown(caller, "this credential is unknown");
    }
  }

  /** A foreign page's call is a stranger's, whatever credential the browser adds. */
  Verdict judge(HttpServerRequest request, ApiRoute route) {
    if (route.lane() == ApiRoute.Lane.PROBE) {
      return new Verdict.Passed(ApiCaller.NOBODY);
    }
    var page =
        route.needs().isPresent()
            ? CrossOriginCheck.problem(request)
            : Optional.<ProblemDetail>empty();
    var shown = page.isPresent() ? Shown.unidentified("") : shown(request);
    var wait = take(request, shown, route.lane());
    if (wait.isPresent()) {
      return refused(Refusal.RATE, ProblemCatalogue.tooMany(wait.get()));
    }
    if (page.isPresent()) {
      return refused(Refusal.PAGE, page.get());
    }
    if (route.needs().isEmpty()) {
      return new Verdict.Passed(ApiCaller.NOBODY);
    }
    if (shown.caller().isEmpty()) {
      return refused(Refusal.CREDENTIAL, ProblemCatalogue.unauthorized(shown.why()));
    }
    var needed = route.needs().get();
    if (!shown.caller().get().roles().contains(needed)) {
      return refused(Refusal.ROLE, ProblemCatalogue.roleMissing(shown.caller().get(), needed));
    }
    return CrossOriginCheck.isForgeable(request)
        ? refused(Refusal.PAGE, ProblemCatalogue.forgeable())
        : new Verdict.Passed(shown.caller().get());
  }

  /** Counts a call that no route answers; gives why it is one too many. */
  Optional<ProblemDetail> charge(HttpServerRequest request) {
    var wait = take(request, shown(request), ApiRoute.Lane.CALL);
    wait.ifPresent(_ -> meters.refused(Refusal.RATE));
    return wait.map(ProblemCatalogue::tooMany);
  }

  /** Counts what can't be read as a call; gives why it is one too many. */
  Optional<ProblemDetail> chargeStranger(HttpServerRequest request) {
    return budgets.takeFrom(address(request)).map(ProblemCatalogue::tooMany);
  }

  /** Whether a credential still makes its caller known, as long after a call began. */
  public boolean stillKnows(HttpServerRequest request, ApiCaller caller) {
    return shown(request).caller().filter(caller::equals).isPresent();
  }

  /** Else a page would use up the budget of who looks at it, wherever it calls. */
  private Optional<Duration> take(HttpServerRequest request, Shown shown, ApiRoute.Lane lane) {
    if (shown.caller().isEmpty() || CrossOriginCheck.isOne(request)) {
      return budgets.takeFrom(address(request));
    }
    String name = shown.caller().get().name();
    return lane == ApiRoute.Lane.URGENT ? budgets.takeUrgentOf(name) : budgets.takeOf(name);
  }

  private Verdict refused(Refusal refusal, ProblemDetail problem) {
    meters.refused(refusal);
    return new Verdict.Refused(problem);
  }

  /** A token says more exactly who calls than the certificate of a machine. */
  private Shown shown(HttpServerRequest request) {
    var header = request.getHeader("Authorization");
    if (header != null) {
      return Shown.of(
          header.regionMatches(true, 0, BEARER, 0, BEARER.length())
              ? credentials.byToken(header.substring(BEARER.length()).strip())
              : Optional.empty());
    }
    var chain = certificates(request);
    if (chain.isEmpty()) {
      return Shown.unidentified("no credential was sent");
    }
    return tls.flatMap(t -> t.objection(chain))
        .map(Shown::unidentified)
        .orElseGet(
            () -> Shown.of(credentials.bySubject(chain.getFirst().getSubjectX500Principal())));
  }

  private static List<X509Certificate> certificates(HttpServerRequest request) {
    var session = request.connection().sslSession();
    if (session == null) {
      return List.of();
    }
    try {
      return Stream.of(session.getPeerCertificates()).map(X509Certificate.class::cast).toList();
    } catch (SSLPeerUnverifiedException e) {
      return List.of();
    }
  }

  private static String address(HttpServerRequest request) {
    var address = request.remoteAddress();
    return address == null ? "" : String.valueOf(address.hostAddress());
  }
}
