package dev.deployclaw.ratelimit.token;

/** What a request's token comes to. */
public sealed interface TokenVerification {
  /** A valid token names the tenant. */
  record Proven(String tenant) implements TokenVerification {}

  /** There is no valid token. The reason quotes nothing of it. */
  record Unproven(String reason) implements TokenVerification {
    public boolean absent() {
      return reason.equals(TokenRules.ABSENT);
    }
  }

  /** It can't be told now. */
  record Unknown(String reason) implements TokenVerification {}
}
