package dev.deployclaw.container.http.console;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.http.access.CredentialStore;
import dev.deployclaw.container.http.access.RequestAuthorizer;
import dev.deployclaw.container.http.access.RequestDispatcher;
import dev.deployclaw.container.http.exchange.ApiCaller;
import dev.deployclaw.container.http.exchange.ApiResponse;
import dev.deployclaw.container.http.exchange.ApiRoute;
import dev.deployclaw.container.http.exchange.CredentialCheck;
import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.http.session.ConsoleSession;
import dev.deployclaw.container.http.session.ConsoleSessionStore;
import dev.deployclaw.container.http.session.SessionAuthenticator;
import dev.deployclaw.container.http.session.SessionCookie;
import dev.deployclaw.container.http.session.SessionCredential;
import dev.deployclaw.policy.json.CanonicalJson;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Signing in by a service token of the API, signing out, and who is signed in. The token itself is
 * kept nowhere: the session has its hash, and the browser a secret of the session's own. On the
 * event loop: nothing here blocks.
 */
public record SessionRoutes(
    CredentialStore credentials, SessionAuthenticator sessions, RequestAuthorizer guard) {
  static final String SESSION = "/console/session";
  private static final int LONGEST_TOKEN = 8192;

  public List<ApiRoute> routes() {
    return List.of(
        ApiRoute.signIn("POST", SESSION, this::signIn),
        ApiRoute.streamed("GET", SESSION, Optional.empty(), this::signedIn),
        ApiRoute.streamed("POST", SESSION + "/end", Optional.of(ApiRole.VIEWER), this::signOut));
  }

  private void signIn(RoutingContext exchange) {
    RequestDispatcher.send(exchange, signInReply(exchange));
  }

  private ApiResponse signInReply(RoutingContext exchange) {
    var request = exchange.request();
    if (!RequestBody.isJson(Optional.ofNullable(request.getHeader("Content-Type")))) {
      return ApiResponse.of(ProblemCatalogue.notJson());
    }
    var transport = sessions.cookie().transport(request);
    if (transport == SessionCookie.Transport.PLAINTEXT) {
      return ApiResponse.of(ProblemCatalogue.insecureSignIn());
    }
    var token = token(exchange);
    if (token.isEmpty()) {
      return ApiResponse.of(
          ProblemCatalogue.invalid(
              "body.token", "body.token isn't a token", "send {\"token\": \"…\"}"));
    }
    return switch (credentials.byFileToken(token.get())) {
      case CredentialCheck.Known(ApiCaller caller) -> {
        sessions.close(request);
        String secret = sessions.store().open(caller.name(), hash(token.get()));
        guard.signIns().began(caller.name(), "console", RequestAuthorizer.address(request));
        yield reply(caller, sessions.store().find(secret, true))
            .with("Set-Cookie", sessions.cookie().begin(secret, transport));
      }
      case CredentialCheck.Refused(String why) -> refused(request, why);
      case CredentialCheck.Undecided(String why) -> refused(request, why);
    };
  }

  private ApiResponse refused(HttpServerRequest request, String why) {
    guard.signInRefused("console", why, RequestAuthorizer.address(request));
    return ApiResponse.of(ProblemCatalogue.refusedToken(why));
  }

  private static Optional<String> token(RoutingContext exchange) {
    var body = exchange.body().buffer();
    var bytes = body == null ? new byte[0] : body.getBytes();
    var fields = StrictJson.findObject(bytes).orElse(Map.of());
    return fields.get("token") instanceof String token && fields.size() == 1
        ? Optional.of(token.strip()).filter(t -> !t.isEmpty() && t.length() <= LONGEST_TOKEN)
        : Optional.empty();
  }

  /** A caller that is known by a certificate needs no session, and no token of one. */
  private void signedIn(RoutingContext exchange) {
    var caller = guard.caller(exchange.request());
    var session = caller.flatMap(_ -> guard.session(exchange.request()));
    RequestDispatcher.send(exchange, reply(caller.orElse(ApiCaller.NOBODY), session));
  }

  private void signOut(RoutingContext exchange) {
    var request = exchange.request();
    boolean had = guard.session(request).isPresent();
    sessions.close(request);
    if (had) {
      guard
          .signIns()
          .ended(RequestDispatcher.caller(exchange).name(), RequestAuthorizer.address(request));
    }
    var transport = sessions.cookie().transport(request);
    RequestDispatcher.send(
        exchange,
        ApiResponse.json(200, Map.of("signed_out", true))
            .with("Set-Cookie", sessions.cookie().end(transport)));
  }

  private static ApiResponse reply(ApiCaller caller, Optional<ConsoleSession> session) {
    return ApiResponse.json(
        200,
        new SignedIn(
            caller.name(),
            caller.roles().stream().map(ApiRole::word).sorted().toList(),
            session.map(ConsoleSession::csrfToken).orElse(""),
            session.isPresent(),
            ConsoleSessionStore.LONGEST_IDLE.toSeconds()));
  }

  private record SignedIn(
      String name, List<String> roles, String csrf, boolean session, long idleSeconds) {}

  private static SessionCredential hash(String token) {
    return new SessionCredential.FileToken(CanonicalJson.sha256(token));
  }
}
