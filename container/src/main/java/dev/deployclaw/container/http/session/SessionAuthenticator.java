package dev.deployclaw.container.http.session;

import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/** Knows browsers that signed in by their cookie. Any thread. */
public record SessionAuthenticator(ConsoleSessionStore store, SessionCookie cookie) {
  /** Repeats the session's token: only a page of this origin knows it. */
  public static final String CSRF = "X-CSRF-Token";

  /** Set on calls that a page makes by itself: they don't keep a session alive. */
  private static final String BACKGROUND = "X-Background";

  /** The session of a call. */
  public Optional<ConsoleSession> find(HttpServerRequest request) {
    boolean uses = request.getHeader(BACKGROUND) == null;
    return cookie.secret(request).flatMap(secret -> store.find(secret, uses));
  }

  /** The same, some time after the call began: that is no use of it. */
  public Optional<ConsoleSession> findLater(HttpServerRequest request) {
    return cookie.secret(request).flatMap(secret -> store.find(secret, false));
  }

  public void close(HttpServerRequest request) {
    cookie.secret(request).ifPresent(store::close);
  }

  /** Whether a call repeats its session's token. */
  public static boolean isConfirmed(HttpServerRequest request, ConsoleSession session) {
    var shown = request.headers().getAll(CSRF);
    return shown.size() == 1
        && MessageDigest.isEqual(bytes(shown.getFirst()), bytes(session.csrfToken()));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
