package dev.deployclaw.container.http.session;

/**
 * A browser that signed in.
 *
 * @param credential the hash of the token that it showed: who it is and what it may do is looked up
 *     by it at each call, so that a revoked token ends the session
 * @param csrfToken goes with each call that changes something
 */
public record ConsoleSession(String name, String credential, String csrfToken) {
  @Override
  public String toString() {
    return "ConsoleSession[" + name + ", ***]";
  }
}
