package dev.deployclaw.container.http.exchange;

import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.secret.UnmaskedTextException;
import dev.deployclaw.container.http.exchange.ProblemDetail.ProblemKind;
import dev.deployclaw.container.query.AuditQueries;
import dev.deployclaw.container.query.TenantDirectory;
import dev.deployclaw.core.log.BucketUnavailableException;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The problems that there are. Their types and statuses are part of the API. */
public final class ProblemCatalogue {
  private static final String RETRY_AFTER = "Retry-After";
  private static final String SHOW_TOKEN = "send Authorization: Bearer TOKEN";

  private ProblemCatalogue() {}

  /** What can be expected to fail; empty for a bug. */
  public static Optional<ProblemDetail> expected(RuntimeException failure) {
    return switch (failure) {
      case RefusedCallException e -> Optional.of(e.problem());
      case Unreachable e -> Optional.of(unreachable("the state store: " + e.getMessage()));
      case UnmaskedTextException e -> Optional.of(unreachable(String.valueOf(e.getMessage())));
      case BucketUnavailableException e ->
          Optional.of(unreachable("the bucket: " + e.getMessage()));
      case DamagedJournalException e -> Optional.of(damaged(String.valueOf(e.getMessage())));
      case AuditQueries.BusyException e -> Optional.of(busy(String.valueOf(e.getMessage())));
      case TenantDirectory.NotReadyException e ->
          Optional.of(later(503, "busy", String.valueOf(e.getMessage()), Duration.ofSeconds(1)));
      default -> Optional.empty();
    };
  }

  public static ProblemDetail invalid(String place, String detail, String remedy) {
    return new ProblemKind(400, "invalid", "The call is wrong").of(detail, place, remedy);
  }

  public static ProblemDetail roleMissing(ApiCaller caller, ApiRole needed) {
    return new ProblemKind(403, "role-missing", "Not allowed")
        .of(
            caller.name() + " lacks the role " + needed.word(),
            "header Authorization",
            "use a credential with the role " + needed.word());
  }

  public static ProblemDetail gateRefuses(String reason) {
    return new ProblemKind(403, "gate-refuses", "The gate refuses")
        .of(reason, "header Authorization", "let another person approve");
  }

  /** A channel's user for whom the agent has no name. */
  public static ProblemDetail stranger() {
    return new ProblemKind(403, "gate-refuses", "The gate refuses")
        .of(
            "the agent's configuration doesn't name body.user",
            "body.user",
            "let one of the channel's people decide, or add this user to them");
  }

  public static ProblemDetail notAsked(String reason) {
    return new ProblemKind(403, "not-asked", "The question was for another caller")
        .of(reason, "header Authorization", "answer with the credential of the request");
  }

  public static ProblemDetail notFound(String what) {
    return new ProblemKind(404, "not-found", "Not found")
        .of(what, "path", "see GET /v1/executions");
  }

  public static ProblemDetail noExecution(String id) {
    return notFound("there is no execution " + ExecutionIdFormat.shown(id));
  }

  public static ProblemDetail noRoute(String path) {
    return new ProblemKind(404, "not-found", "Not found")
        .of("nothing is served at " + path, "path", "see /v1/openapi.yaml");
  }

  /**
   * @param allowed as the header {@code Allow} lists them
   */
  public static ProblemDetail wrongMethod(String method, String allowed) {
    return new ProblemKind(405, "wrong-method", "The method is wrong")
        .of(method + " isn't served here", "method", "use " + allowed)
        .with(Map.of("Allow", allowed));
  }

  public static ProblemDetail foreignPage(String place, String detail) {
    return new ProblemKind(403, "foreign-page", "Wrong origin")
        .of(
            detail,
            place,
            "call from a program, or from a page of the agent's own origin; a proxy passes Host on");
  }

  public static ProblemDetail forgeable() {
    return new ProblemKind(415, "not-json", "The call may be forged by another page")
        .of(
            "without a token, a POST needs a header that a page of another origin can't send",
            "header Content-Type",
            "send Content-Type: application/json");
  }

  /** Where the session's cookie would travel in the clear. */
  public static ProblemDetail insecureSignIn() {
    return new ProblemKind(403, "insecure-sign-in", "Signing in needs HTTPS")
        .of(
            "the page was loaded without TLS, and not from this machine",
            "header Origin",
            "set serve.tls, or open the console over https through a proxy that ends TLS");
  }

  /** The provider sends browsers back to one address alone. */
  public static ProblemDetail otherConsole(String origin) {
    return new ProblemKind(403, "other-address", "The console has another address")
        .of(
            "the provider sends browsers back only to " + origin,
            "header Origin",
            "open " + origin + "/console/");
  }

  /** No sign-in is possible there now. */
  public static ProblemDetail providerAway() {
    return new ProblemKind(503, "unreachable", "The provider can't be asked")
        .of(
            "the OpenID Connect provider doesn't answer, or names no way to sign in",
            "",
            "try again in a minute, or sign in with a service token; deployclaw doctor says more")
        .with(Map.of(RETRY_AFTER, "5"));
  }

  /** What signing in showed. */
  public static ProblemDetail refusedToken(String why) {
    return new ProblemKind(401, "unauthorized", "The token is refused")
        .of(why, "body.token", "ask the operator of this agent for a service token")
        .with(Map.of("WWW-Authenticate", "Bearer realm=\"deployclaw\""));
  }

  /** A call in a session that doesn't repeat the session's token. */
  public static ProblemDetail unconfirmed() {
    return new ProblemKind(403, "csrf", "The call may be forged by another page")
        .of(
            "the header X-CSRF-Token isn't the session's",
            "header X-CSRF-Token",
            "load the page again");
  }

  public static ProblemDetail tooSlow() {
    return new ProblemKind(408, "too-slow", "The body didn't arrive")
        .of("the body didn't arrive within seconds", "body", "send it at once")
        .with(Map.of("Connection", "close"));
  }

  /** What the parser of HTTP doesn't take. */
  public static ProblemDetail unreadable(int status, String type, String detail) {
    return new ProblemKind(status, type, "The call can't be read")
        .of(detail, "", "send HTTP/1.1 as RFC 9112 says, and see /v1/openapi.yaml")
        .with(Map.of("Connection", "close"));
  }

  public static ProblemDetail unexpected() {
    return new ProblemKind(417, "invalid", "The call is wrong")
        .of(
            "the expectation of the call isn't supported",
            "header Expect",
            "leave it out, or send Expect: 100-continue");
  }

  public static ProblemDetail unknownOutcome(String reason) {
    return new ProblemKind(503, "unknown-outcome", "The result is unknown")
        .of(reason, "", "call again: it does no harm to freeze or thaw twice")
        .with(Map.of(RETRY_AFTER, "5"));
  }

  public static ProblemDetail conflict(String reason, String remedy) {
    return new ProblemKind(409, "conflict", "Conflict").of(reason, "path", remedy);
  }

  /** What somebody decided on isn't what is held now. */
  public static ProblemDetail stale(String execution) {
    return new ProblemKind(409, "stale", "What was shown is out of date")
        .of(
            "the held plan of %s differs from the one shown".formatted(execution),
            "query shown",
            "read GET /v1/executions/%s/hold again, and decide on that".formatted(execution));
  }

  /** The same of a channel's card. */
  public static ProblemDetail staleCard(String execution) {
    return new ProblemKind(409, "stale", "What was shown is out of date")
        .of(
            "the held plan of %s differs from the one on the card".formatted(execution),
            "body.shown",
            "decide on its newest card in the channel");
  }

  public static ProblemDetail tooLarge(int most) {
    return new ProblemKind(413, "too-large", "The body is too large")
        .of("a body may have at most " + most + " bytes", "body", "send a shorter one");
  }

  public static ProblemDetail notJson() {
    return new ProblemKind(415, "not-json", "The body's type is wrong")
        .of("the body must be JSON", "header Content-Type", "send Content-Type: application/json");
  }

  public static ProblemDetail keyReused(String execution) {
    return new ProblemKind(422, "key-reused", "The key was used before")
        .of(
            "this key belongs to another request, " + execution,
            "header Idempotency-Key",
            "choose a new key for a new request");
  }

  public static ProblemDetail tooMany(Duration wait) {
    return later(429, "rate-limited", "too many calls of one client", wait);
  }

  public static ProblemDetail queueFull(int waiting, Duration wait) {
    return later(429, "queue-full", waiting + " tasks wait already", wait);
  }

  public static ProblemDetail stopping() {
    return later(503, "stopping", "this agent is being stopped", Duration.ofSeconds(10));
  }

  public static ProblemDetail busy(String what) {
    return later(503, "busy", what, Duration.ofSeconds(5));
  }

  public static ProblemDetail unreachable(String reason) {
    return new ProblemKind(503, "unreachable", "A back end can't be reached")
        .of(reason, "", "see /readyz for what doesn't answer; nothing was changed")
        .with(Map.of(RETRY_AFTER, "5"));
  }

  /** A credential can't be judged now. */
  public static ProblemDetail undecided(String reason) {
    return new ProblemKind(503, "unreachable", "The caller can't be identified now")
        .of(
            reason,
            "header Authorization",
            "call again when the provider answers, or use a service token")
        .with(Map.of(RETRY_AFTER, "5"));
  }

  static ProblemDetail damaged(String reason) {
    return new ProblemKind(500, "damaged-log", "A log is damaged")
        .of(reason, "path", "look at its file");
  }

  public static ProblemDetail fault() {
    return new ProblemKind(500, "internal-fault", "An internal fault")
        .of("the agent's own log says more", "", "report it with the agent's log");
  }

  /**
   * @param detail why the credential that was shown isn't known
   */
  public static ProblemDetail unauthorized(String detail) {
    return new ProblemKind(401, "unauthorized", "The caller is unknown")
        .of(
            detail,
            "header Authorization",
            SHOW_TOKEN + ", or a client certificate that the agent knows")
        .with(Map.of("WWW-Authenticate", "Bearer realm=\"deployclaw\""));
  }

  /**
   * @param why a call's signature isn't taken
   */
  public static ProblemDetail unproved(String why) {
    return new ProblemKind(401, "unauthorized", "The caller is unknown")
        .of(
            why,
            "header",
            "sign each call with the channel's secret and the current time, and send it once");
  }

  private static ProblemDetail later(int status, String type, String detail, Duration wait) {
    String seconds = Long.toString(Math.max(1, wait.toSeconds()));
    return new ProblemKind(status, type, "Try again later")
        .of(detail, "", "call again in " + seconds + " s")
        .with(Map.of(RETRY_AFTER, seconds));
  }
}
