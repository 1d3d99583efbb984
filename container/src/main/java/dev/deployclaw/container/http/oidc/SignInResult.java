package dev.deployclaw.container.http.oidc;

import dev.deployclaw.container.http.exchange.ApiCaller;
import java.util.Locale;

/** What comes of a browser's sign-in by the provider. */
public sealed interface SignInResult {
  /**
   * Somebody whom the provider knows, and who has a role.
   *
   * @param edition of the provider's keys
   */
  record Person(ApiCaller caller, long edition) implements SignInResult {}

  /**
   * No person signed in.
   *
   * @param why for the application log; quotes no credential
   */
  record Failed(Failure failure, String why) implements SignInResult {}

  /** What the page says of it. Its words are in addresses. */
  enum Failure {
    /** The browser began none, finished it already, or waited too long. */
    UNKNOWN,
    /** The provider can't be asked. */
    AWAY,
    /** The provider sent the browser back without a code. */
    DENIED,
    /** A code or token that doesn't count. */
    REFUSED,
    NO_ROLE;

    public String word() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  static SignInResult failed(Failure failure, String why) {
    return new Failed(failure, why);
  }
}
