package dev.deployclaw.container.http.session;

import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The cookie that names a session. Over HTTPS it has the prefix {@code __Host-}: the browser gives
 * it back to this host alone, over HTTPS alone. Where a browser reaches the agent on loopback
 * without TLS, it is a plain one, since not every browser keeps a {@code Secure} cookie there.
 * Scripts read neither, and no other site's page makes the browser send one.
 *
 * @param loopback whether the agent listens on loopback without TLS
 */
public record SessionCookie(boolean loopback) {
  private static final String OVER_HTTPS = "__Host-deployclaw";
  private static final String ON_LOOPBACK = "deployclaw-loopback";
  private static final String RULES = "; Path=/; HttpOnly; SameSite=";

  /** Of a browser that is at the provider. */
  private static final String AWAY = "-sign-in";

  private static final Pattern SECRET = Pattern.compile("[0-9a-f]{64}");
  private static final Pattern LOOPBACK_ORIGIN =
      Pattern.compile("http://(?:localhost|127(?:\\.\\d{1,3}){3}|\\[::1])(?::\\d{1,5})?");

  /** How a browser reaches the agent. */
  public enum Transport {
    HTTPS,
    LOOPBACK,
    /** A session would travel in the clear. */
    PLAINTEXT
  }

  /** By the page's own origin: in front of an agent without TLS, something else may end TLS. */
  public Transport transport(HttpServerRequest request) {
    String origin = String.valueOf(request.getHeader("Origin"));
    if (request.isSSL() || origin.startsWith("https://")) {
      return Transport.HTTPS;
    }
    return loopback && LOOPBACK_ORIGIN.matcher(origin).matches()
        ? Transport.LOOPBACK
        : Transport.PLAINTEXT;
  }

  /** The header {@code Set-Cookie} that begins a session. */
  public String begin(String secret, Transport transport) {
    return transport == Transport.HTTPS
        ? OVER_HTTPS + "=" + secret + "; Secure" + RULES + "Strict"
        : ON_LOOPBACK + "=" + secret + RULES + "Strict";
  }

  /**
   * The one by which a browser is known that comes back from the provider: another site's page
   * leads it here, so that it is a lax one.
   */
  public String depart(String secret, Transport transport, Duration longest) {
    String rules = RULES + "Lax; Max-Age=" + longest.toSeconds();
    return transport == Transport.HTTPS
        ? OVER_HTTPS + AWAY + "=" + secret + "; Secure" + rules
        : ON_LOOPBACK + AWAY + "=" + secret + rules;
  }

  /** What a browser shows that comes back. */
  public Optional<String> departed(HttpServerRequest request) {
    return shown(request, AWAY);
  }

  /** The one that takes it back. */
  public String end(Transport transport) {
    return begin("", transport) + "; Max-Age=0";
  }

  /** What a browser shows; empty where it shows none, or none of ours. */
  public Optional<String> secret(HttpServerRequest request) {
    return shown(request, "");
  }

  private Optional<String> shown(HttpServerRequest request, String suffix) {
    return Optional.ofNullable(request.getCookie(OVER_HTTPS + suffix))
        .or(() ->
            Optional.ofNullable(request.getCookie(ON_LOOPBACK + suffix)).filter(_ -> loopback))
        .map(cookie -> cookie.getValue())
        .filter(value -> SECRET.matcher(value).matches());
  }
}
