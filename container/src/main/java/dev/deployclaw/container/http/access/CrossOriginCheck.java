package dev.deployclaw.container.http.access;

import dev.deployclaw.container.http.exchange.ProblemCatalogue;
import dev.deployclaw.container.http.exchange.ProblemDetail;
import dev.deployclaw.container.http.exchange.RequestBody;
import dev.deployclaw.container.http.route.TaskRoutes;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Keeps pages of other origins out. A browser shows its user's client certificate to whatever page
 * calls, so that the certificate alone doesn't say that its user wants the call. Browsers say from
 * where a call comes (Fetch Metadata, RFC 6454), and send what isn't a form's only after asking
 * (WHATWG Fetch, 4.8), which is never allowed here.
 */
final class CrossOriginCheck {
  private static final String SITE = "Sec-Fetch-Site";
  private static final String ORIGIN = "Origin";
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");
  private static final Set<HttpMethod> READING = Set.of(HttpMethod.GET, HttpMethod.HEAD);

  private CrossOriginCheck() {}

  /** Why a call isn't answered, for any caller; empty where it may be. */
  static Optional<ProblemDetail> problem(HttpServerRequest request) {
    if (!isOwnSite(request) && !isLink(request)) {
      return Optional.of(
          ProblemCatalogue.foreignPage(
              "header " + SITE, "the browser reports a call from a page of another origin"));
    }
    return isOwnOrigin(request)
        ? Optional.empty()
        : Optional.of(
            ProblemCatalogue.foreignPage(
                "header " + ORIGIN, "the calling page is of another origin"));
  }

  /** Whether a page of another origin calls, or led to the call by a link. */
  static boolean isOne(HttpServerRequest request) {
    return !isOwnSite(request) || !isOwnOrigin(request);
  }

  static boolean isReading(HttpServerRequest request) {
    return READING.contains(request.method());
  }

  /** Whether a call has nothing that a foreign page couldn't send without asking. */
  static boolean isForgeable(HttpServerRequest request) {
    return !isReading(request)
        && request.getHeader("Authorization") == null
        && request.getHeader(TaskRoutes.KEY) == null
        && !RequestBody.isJson(Optional.ofNullable(request.getHeader("Content-Type")));
  }

  private static boolean isOwnSite(HttpServerRequest request) {
    return OWN_SITES.containsAll(request.headers().getAll(SITE));
  }

  private static boolean isOwnOrigin(HttpServerRequest request) {
    return request.headers().getAll(ORIGIN).stream().allMatch(o -> isOwn(o, request));
  }

  /** A link that somebody follows shows what it leads to, to them alone. */
  private static boolean isLink(HttpServerRequest request) {
    return request.method().equals(HttpMethod.GET)
        && List.of("navigate").equals(request.headers().getAll("Sec-Fetch-Mode"))
        && List.of("document").equals(request.headers().getAll("Sec-Fetch-Dest"));
  }

  /** Where something in front of the agent ends TLS, an origin is https, and the call isn't. */
  private static boolean isOwn(String origin, HttpServerRequest request) {
    String host = String.valueOf(request.getHeader("Host")).toLowerCase(Locale.ROOT);
    String shown = origin.toLowerCase(Locale.ROOT);
    return shown.equals("https://" + host) || (!request.isSSL() && shown.equals("http://" + host));
  }
}
