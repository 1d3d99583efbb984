package dev.deployclaw.container.http.console;

import dev.deployclaw.container.config.OidcConfig.BrowserClient;
import dev.deployclaw.container.http.access.CredentialStore;
import dev.deployclaw.container.http.access.RequestAuthorizer;
import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.CredentialCheck;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.http.oidc.AuthorizationCodeFlow;
import dev.deployclaw.container.http.oidc.SignInResult;
import dev.deployclaw.container.http.session.SessionAuthenticator;
import dev.deployclaw.container.http.session.SessionCookie.Transport;
import dev.deployclaw.container.http.session.SessionCredential.ProvidedIdentity;
import dev.deployclaw.container.listener.NetworkPrefix;
import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signing in to the console by an OpenID Connect provider. The page of this origin asks for the way
 * there and goes; the provider sends the browser back to one address, from where it goes on to the
 * console's first page and nowhere else. On the event loop, apart from asking the provider.
 */
public final class ProviderSignInRoutes {
  static final String SIGN_IN = "/console/sign-in";

  /** Roles hold so long; then a person signs in again, mostly without typing. */
  public static final Duration LONGEST_IDENTITY = Duration.ofHours(1);

  private static final Logger LOG = LoggerFactory.getLogger(ProviderSignInRoutes.class);
  private static final int MOST_AT_ONCE = 16;
  private static final String CONSOLE = "/console/";

  private final Optional<AuthorizationCodeFlow> flow;
  private final CredentialStore credentials;
  private final SessionAuthenticator sessions;
  private final Surroundings around;
  private final Semaphore places = new Semaphore(MOST_AT_ONCE);

  /**
   * What it runs on.
   *
   * @param threads on which the provider is asked
   * @param guard which counts and logs refusals
   */
  public record Surroundings(Executor threads, RequestAuthorizer guard, InstantSource clock) {}

  /**
   * @param flow empty where service tokens alone sign in
   */
  public ProviderSignInRoutes(
      Optional<AuthorizationCodeFlow> flow,
      CredentialStore credentials,
      SessionAuthenticator sessions,
      Surroundings around) {
    this.flow = flow;
    this.credentials = credentials;
    this.sessions = sessions;
    this.around = around;
  }

  public List<ApiRoute> routes() {
    String provider = flow.map(AuthorizationCodeFlow::provider).orElse("");
    var offer = ApiRoute.page(SIGN_IN, _ -> ApiResponse.json(200, Map.of("provider", provider)));
    return flow.map(f ->
            List.of(
                offer,
                ApiRoute.signIn("POST", SIGN_IN, exchange -> depart(exchange, f)),
                ApiRoute.signIn("GET", BrowserClient.CALLBACK, exchange -> comeBack(exchange, f))))
        .orElse(List.of(offer));
  }

  private void depart(RoutingContext exchange, AuthorizationCodeFlow by) {
    var request = exchange.request();
    if (!RequestBody.isJson(Optional.ofNullable(request.getHeader("Content-Type")))) {
      RequestDispatcher.send(exchange, ProblemCatalogue.notJson());
      return;
    }
    var transport = sessions.cookie().transport(request);
    String origin = by.browsers().origin();
    if (transport == Transport.PLAINTEXT || !origin.equals(request.getHeader("Origin"))) {
      RequestDispatcher.send(exchange, ProblemCatalogue.otherConsole(origin));
      return;
    }
    var reply =
        by.begin(NetworkPrefix.of(RequestAuthorizer.address(request)))
            .map(way ->
                ApiResponse.json(200, Map.of("to", way.to().toString()))
                    .with(
                        "Set-Cookie",
                        sessions
                            .cookie()
                            .depart(way.secret(), transport, AuthorizationCodeFlow.LONGEST)))
            .orElseGet(() -> ApiResponse.of(ProblemCatalogue.providerAway()));
    RequestDispatcher.send(exchange, reply);
  }

  /** What of a call is needed on another thread. */
  private record Return(Optional<String> secret, MultiMap query, String from) {
    /** A parameter that is there once (RFC 6749, 3.1). */
    Optional<String> parameter(String name) {
      var all = query.getAll(name);
      return all.size() == 1 ? Optional.of(all.getFirst()) : Optional.empty();
    }
  }

  private void comeBack(RoutingContext exchange, AuthorizationCodeFlow by) {
    var request = exchange.request();
    var back =
        new Return(
            sessions.cookie().departed(request),
            exchange.queryParams(),
            RequestAuthorizer.address(request));
    if (!places.tryAcquire()) {
      RequestDispatcher.send(exchange, failed(SignInResult.Failure.AWAY));
      return;
    }
    RequestDispatcher.answer(exchange, around.threads(), () -> reply(back, by), places::release);
  }

  private ApiResponse reply(Return back, AuthorizationCodeFlow by) {
    try {
      return switch (by.finish(back.secret(), back::parameter)) {
        case SignInResult.Person(var caller, long edition) -> {
          var until = around.clock().instant().plus(LONGEST_IDENTITY);
          yield signedIn(new ProvidedIdentity(caller, edition, until), back, by);
        }
        case SignInResult.Failed(var failure, String why) -> refused(failure, why, back);
      };
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return ApiResponse.of(ProblemCatalogue.stopping());
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("A sign-in failed");
      return failed(SignInResult.Failure.AWAY);
    }
  }

  private ApiResponse signedIn(ProvidedIdentity identity, Return back, AuthorizationCodeFlow by) {
    if (credentials.bySession(identity) instanceof CredentialCheck.Refused(String why)) {
      return refused(SignInResult.Failure.REFUSED, why, back);
    }
    String name = identity.caller().name();
    String secret = sessions.store().open(name, identity);
    around.guard().signIns().began(name, "oidc", back.from());
    var transport =
        by.browsers().origin().startsWith("https:") ? Transport.HTTPS : Transport.LOOPBACK;
    return toConsole("").with("Set-Cookie", sessions.cookie().begin(secret, transport));
  }

  private ApiResponse refused(SignInResult.Failure failure, String why, Return back) {
    around.guard().signInRefused("oidc", why, back.from());
    return failed(failure);
  }

  private static ApiResponse failed(SignInResult.Failure failure) {
    return toConsole("?sign-in=" + failure.word());
  }

  private static ApiResponse toConsole(String query) {
    return new ApiResponse(
        303, "", Map.of("Location", CONSOLE + query, "Referrer-Policy", "no-referrer"), "");
  }
}
