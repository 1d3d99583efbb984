package dev.deployclaw.container.http.access;

import dev.deployclaw.container.http.exchange.ApiCaller;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.CredentialCheck;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.limit.ApiRateLimits;
import dev.deployclaw.container.http.session.ConsoleSession;
import dev.deployclaw.container.http.session.SessionAuthenticator;
import dev.deployclaw.container.http.tls.ServerTls;
import dev.deployclaw.container.metrics.ServerMetrics.Refusal;
import dev.deployclaw.container.signin.SignInLog;
import io.vertx.core.http.HttpServerRequest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Decides who calls, and whether they may. Runs on the event loop, before a body is read.
 *
 * @param signIns where sessions of the console are told that begin and end
 * @param sessions of browsers; empty where there is no console
 */
public record RequestAuthorizer(
    CredentialStore credentials,
    Optional<ServerTls> tls,
    ApiRateLimits budgets,
    SignInLog signIns,
    Optional<SessionAuthenticator> sessions) {
  private static final String BEARER = "Bearer ";
  private static final CredentialCheck NO_BEARER =
      new CredentialCheck.Refused("the credential isn't a bearer token");

  private static final CredentialCheck TOO_OFTEN =
      new CredentialCheck.Refused("too many unknown tokens came from this network");

  /** What it says. */
  sealed interface Verdict {
    record Passed(ApiCaller caller) implements Verdict {}

    record Refused(ProblemDetail problem) implements Verdict {}
  }

  /**
   * What a call shows.
   *
   * @param by the kind of credential; empty for none
   * @param session by which it is shown; empty for a token or a certificate
   */
  private record Shown(CredentialCheck check, String by, Optional<ConsoleSession> session) {
    private static Shown unidentified(String why) {
      return new Shown(new CredentialCheck.Refused(why), "", Optional.empty());
    }

    private static Shown of(CredentialCheck check, String by) {
      return new Shown(check, by, Optional.empty());
    }

    Optional<ApiCaller> caller() {
      return check instanceof CredentialCheck.Known(var caller)
          ? Optional.of(caller)
          : Optional.empty();
    }
  }

  /** A foreign page's call is a stranger's, whatever credential the browser adds. */
  Verdict judge(HttpServerRequest request, ApiRoute route) {
    if (route.lane() == ApiRoute.Lane.PROBE) {
      return new Verdict.Passed(ApiCaller.NOBODY);
    }
    boolean signed = route.lane() == ApiRoute.Lane.SIGNED;
    boolean guarded = signed || route.needs().isPresent() || route.lane() == ApiRoute.Lane.SIGN_IN;
    var page = guarded ? CrossOriginCheck.problem(request) : Optional.<ProblemDetail>empty();
    if (signed && page.isEmpty()) {
      return new Verdict.Passed(ApiCaller.NOBODY);
    }
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
    return switch (shown.check()) {
      case CredentialCheck.Refused(String why) -> {
        noted(request, shown.by(), why);
        yield refused(Refusal.CREDENTIAL, ProblemCatalogue.unauthorized(why));
      }
      case CredentialCheck.Undecided(String why) -> {
        noted(request, shown.by(), why);
        yield refused(Refusal.CREDENTIAL, ProblemCatalogue.undecided(why));
      }
      case CredentialCheck.Known(ApiCaller caller) -> {
        signIns.accepted(caller.name(), shown.by(), address(request));
        if (caller.roles().contains(route.needs().get())) {
          yield admitted(request, shown, caller);
        }
        String why = "it lacks the role " + route.needs().get().word();
        signIns.denied(caller.name(), why, shown.by(), address(request));
        yield refused(Refusal.ROLE, ProblemCatalogue.roleMissing(caller, route.needs().get()));
      }
    };
  }

  private Verdict admitted(HttpServerRequest request, Shown shown, ApiCaller caller) {
    if (!CrossOriginCheck.isReading(request)
        && shown.session().filter(s -> !SessionAuthenticator.isConfirmed(request, s)).isPresent()) {
      return refused(Refusal.PAGE, ProblemCatalogue.unconfirmed());
    }
    return CrossOriginCheck.isForgeable(request)
        ? refused(Refusal.PAGE, ProblemCatalogue.forgeable())
        : new Verdict.Passed(caller);
  }

  /** Who shows nothing didn't try to sign in. */
  private void noted(HttpServerRequest request, String by, String why) {
    if (!by.isEmpty()) {
      signIns.refused(why, by, address(request));
    }
  }

  /**
   * Counts a refused sign-in at the console, or a call that isn't signed, and tells of it within
   * the log's bounds.
   *
   * @param by "console" for a token, "oidc" for a provider, "signature"
   * @param why without any part of the credential
   * @param from the caller's address
   */
  public void signInRefused(String by, String why, String from) {
    signIns.meters().refused(Refusal.CREDENTIAL);
    signIns.refused(why, by, from);
  }

  /** Who calls where no credential is needed; empty too where the page of another origin does. */
  public Optional<ApiCaller> caller(HttpServerRequest request) {
    return CrossOriginCheck.problem(request).isPresent()
        ? Optional.empty()
        : shown(request, false).caller();
  }

  /** The session of a call, where a browser made it that signed in. */
  public Optional<ConsoleSession> session(HttpServerRequest request) {
    return shown(request, false).session();
  }

  /** Counts a call that no route answers; gives why it is one too many. */
  Optional<ProblemDetail> charge(HttpServerRequest request) {
    var wait = take(request, shown(request), ApiRoute.Lane.CALL);
    wait.ifPresent(_ -> signIns.meters().refused(Refusal.RATE));
    return wait.map(ProblemCatalogue::tooMany);
  }

  /** Counts what can't be read as a call; gives why it is one too many. */
  Optional<ProblemDetail> chargeStranger(HttpServerRequest request) {
    return budgets.takeFrom(address(request)).map(ProblemCatalogue::tooMany);
  }

  /** Whether a credential still makes its caller known, as long after a call began. */
  public boolean stillKnows(HttpServerRequest request, ApiCaller caller) {
    return shown(request, false).caller().filter(caller::equals).isPresent();
  }

  /** Else a page would use up the budget of who looks at it, wherever it calls. */
  private Optional<Duration> take(HttpServerRequest request, Shown shown, ApiRoute.Lane lane) {
    if (lane == ApiRoute.Lane.PAGE) {
      return budgets.takePageFrom(address(request));
    }
    if (shown.caller().isEmpty()
        || lane == ApiRoute.Lane.SIGN_IN
        || CrossOriginCheck.isOne(request)) {
      return budgets.takeFrom(address(request));
    }
    String name = shown.caller().get().name();
    return lane == ApiRoute.Lane.URGENT ? budgets.takeUrgentOf(name) : budgets.takeOf(name);
  }

  private Verdict refused(Refusal refusal, ProblemDetail problem) {
    signIns.meters().refused(refusal);
    return new Verdict.Refused(problem);
  }

  private Shown shown(HttpServerRequest request) {
    return shown(request, true);
  }

  /**
   * A token says more exactly who calls than a browser's session, and that more than the
   * certificate of a machine.
   *
   * @param now whether the call just came
   */
  private Shown shown(HttpServerRequest request, boolean now) {
    var header = request.getHeader("Authorization");
    if (header != null) {
      return header.regionMatches(true, 0, BEARER, 0, BEARER.length())
          ? token(request, header.substring(BEARER.length()).strip())
          : Shown.of(NO_BEARER, "header");
    }
    var session = sessions.flatMap(s -> now ? s.find(request) : s.findLater(request));
    if (session.isPresent()) {
      return new Shown(credentials.bySession(session.get().credential()), "session", session);
    }
    var chain = certificates(request);
    if (chain.isEmpty()) {
      return Shown.unidentified("no credential was sent");
    }
    var check =
        tls.flatMap(t -> t.objection(chain))
            .<CredentialCheck>map(CredentialCheck.Refused::new)
            .orElseGet(() -> credentials.bySubject(chain.getFirst().getSubjectX500Principal()));
    return Shown.of(check, "certificate");
  }

  /** To check a signature takes CPU, so its sender pays as a stranger until it was valid once. */
  private Shown token(HttpServerRequest request, String token) {
    if (!credentials.isProvided(token)) {
      return Shown.of(credentials.byToken(token), "token");
    }
    return credentials.isCostly(token) && budgets.takeFrom(address(request)).isPresent()
        ? Shown.of(TOO_OFTEN, "oidc")
        : Shown.of(credentials.byToken(token), "oidc");
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

  /** Where a request comes from; empty where that can't be told. */
  public static String address(HttpServerRequest request) {
    var address = request.remoteAddress();
    return address == null ? "" : String.valueOf(address.hostAddress());
  }
}
