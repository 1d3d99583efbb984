package dev.deployclaw.container.http.exchange;

/** What a shown credential proves. The reasons quote nothing of it. */
public sealed interface CredentialCheck {
  record Known(ApiCaller caller) implements CredentialCheck {}

  /** It proves nothing. */
  record Refused(String why) implements CredentialCheck {}

  /** It can't be told now. */
  record Undecided(String why) implements CredentialCheck {}
}
