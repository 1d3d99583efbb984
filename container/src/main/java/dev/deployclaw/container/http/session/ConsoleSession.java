package dev.deployclaw.container.http.session;

/**
 * A browser that signed in.
 *
 * @param credential by which it began
 * @param csrfToken goes with each call that changes something
 */
public record ConsoleSession(String name, SessionCredential credential, String csrfToken) {
  @Override
  public String toString() {
    return "ConsoleSession[" + name + ", ***]";
  }
}
