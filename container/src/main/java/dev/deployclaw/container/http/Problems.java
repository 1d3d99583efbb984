package dev.deployclaw.container.http;

import dev.deployclaw.audit.DamagedJournal;
import dev.deployclaw.container.config.Role;
import dev.deployclaw.core.log.BucketAway;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** The problems that there are. Their types and statuses are part of the API. */
final class Problems {
  private static final String RETRY_AFTER = "Retry-After";
  private static final String SHOW_TOKEN = "send Authorization: Bearer TOKEN";

  private Problems() {}

  /** What can be expected to fail; empty for a bug. */
  static Optional<Problem> expected(RuntimeException failure) {
    return switch (failure) {
      case Unreachable e -> Optional.of(unreachable("the state store: " + e.getMessage()));
      case BucketAway e -> Optional.of(unreachable("the bucket: " + e.getMessage()));
      case DamagedJournal e -> Optional.of(damaged(String.valueOf(e.getMessage())));
      default -> Optional.empty();
    };
  }

  static Problem invalid(String place, String detail, String remedy) {
    return new Problem(400, "invalid", "The call is wrong", detail, place, remedy, Map.of());
  }

  static Problem roleMissing(Caller caller, Role needed) {
    return new Problem(
        403,
        "role-missing",
        "Not allowed",
        caller.name() + " is no " + needed.word(),
        "header Authorization",
        "use a credential with the role " + needed.word(),
        Map.of());
  }

  static Problem gateRefuses(String reason) {
    return new Problem(
        403,
        "gate-refuses",
        "The gate refuses",
        reason,
        "header Authorization",
        "let somebody else approve",
        Map.of());
  }

  static Problem notFound(String what) {
    return new Problem(
        404, "not-found", "Not there", what, "path", "see GET /v1/executions", Map.of());
  }

  static Problem noRoute(String path) {
    return new Problem(
        404,
        "not-found",
        "Not there",
        "nothing is served at " + path,
        "path",
        "see /v1/openapi.yaml",
        Map.of());
  }

  /**
   * @param allowed as the header {@code Allow} lists them
   */
  static Problem wrongMethod(String method, String allowed) {
    return new Problem(
        405,
        "wrong-method",
        "The method is wrong",
        method + " isn't served here",
        "method",
        "use " + allowed,
        Map.of("Allow", allowed));
  }

  static Problem foreignPage(String place, String detail) {
    return new Problem(
        403,
        "foreign-page",
        "Not from there",
        detail,
        place,
        "call from a program, or from a page of the agent's own origin; a proxy passes Host on",
        Map.of());
  }

  static Problem forgeable() {
    return new Problem(
        415,
        "not-json",
        "The call could be any page's",
        "without a token, a POST needs a header that a foreign page can't send",
        "header Content-Type",
        "send Content-Type: application/json",
        Map.of());
  }

  static Problem tooSlow() {
    return new Problem(
        408,
        "too-slow",
        "The body doesn't come",
        "the body wasn't there within seconds",
        "body",
        "send it at once",
        Map.of("Connection", "close"));
  }

  /** What the parser of HTTP doesn't take. */
  static Problem unreadable(int status, String type, String detail) {
    return new Problem(
        status,
        type,
        "The call can't be read",
        detail,
        "",
        "send HTTP/1.1 as RFC 9112 says, and see /v1/openapi.yaml",
        Map.of("Connection", "close"));
  }

  static Problem unexpected() {
    return new Problem(
        417,
        "invalid",
        "The call is wrong",
        "what the call expects isn't known here",
        "header Expect",
        "leave it out, or send Expect: 100-continue",
        Map.of());
  }

  static Problem unknownOutcome(String reason) {
    return new Problem(
        503,
        "unknown-outcome",
        "Nobody knows",
        reason,
        "",
        "call again: to freeze or thaw twice does no harm",
        Map.of(RETRY_AFTER, "5"));
  }

  static Problem conflict(String reason, String remedy) {
    return new Problem(409, "conflict", "Things stand otherwise", reason, "path", remedy, Map.of());
  }

  static Problem tooLarge(int most) {
    return new Problem(
        413,
        "too-large",
        "The body is too large",
        "a body may have " + most + " bytes",
        "body",
        "say it shorter",
        Map.of());
  }

  static Problem notJson() {
    return new Problem(
        415,
        "not-json",
        "The body's type is wrong",
        "the body must be JSON",
        "header Content-Type",
        "send Content-Type: application/json",
        Map.of());
  }

  static Problem keyReused(String execution) {
    return new Problem(
        422,
        "key-reused",
        "The key was used before",
        "this key stands for another request, " + execution,
        "header Idempotency-Key",
        "choose a new key for a new request",
        Map.of());
  }

  static Problem tooMany(Duration wait) {
    return later(429, "rate-limited", "too many calls of one client", wait);
  }

  static Problem queueFull(int waiting, Duration wait) {
    return later(429, "queue-full", waiting + " tasks wait already", wait);
  }

  static Problem stopping() {
    return later(503, "stopping", "this agent is being stopped", Duration.ofSeconds(10));
  }

  static Problem busy(String what) {
    return later(503, "busy", what, Duration.ofSeconds(5));
  }

  static Problem unreachable(String reason) {
    return new Problem(
        503,
        "unreachable",
        "A back end can't be reached",
        reason,
        "",
        "see /readyz for what doesn't answer; nothing was changed",
        Map.of(RETRY_AFTER, "5"));
  }

  static Problem damaged(String reason) {
    return new Problem(
        500, "damaged-log", "A log is damaged", reason, "path", "look at its file", Map.of());
  }

  static Problem fault() {
    return new Problem(
        500,
        "internal-fault",
        "An internal fault",
        "the agent's own log says more",
        "",
        "report it with the agent's log",
        Map.of());
  }

  /**
   * @param detail why the credential that was shown isn't known
   */
  static Problem unauthorized(String detail) {
    return new Problem(
        401,
        "unauthorized",
        "Who calls isn't known",
        detail,
        "header Authorization",
        SHOW_TOKEN + ", or a client certificate that the agent knows",
        Map.of("WWW-Authenticate", "Bearer realm=\"deployclaw\""));
  }

  private static Problem later(int status, String type, String detail, Duration wait) {
    String seconds = Long.toString(Math.max(1, wait.toSeconds()));
    return new Problem(
        status,
        type,
        "Not now",
        detail,
        "",
        "call again in " + seconds + " s",
        Map.of(RETRY_AFTER, seconds));
  }
}
