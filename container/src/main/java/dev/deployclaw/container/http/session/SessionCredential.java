package dev.deployclaw.container.http.session;

import dev.deployclaw.container.http.exchange.ApiCaller;
import java.time.Instant;

/** By what a session began: it is looked at again with each call. */
public sealed interface SessionCredential {
  /**
   * A token of the agent's file: who it is, and what it may do, is looked up by the hash, so that a
   * revoked token ends the session.
   */
  record FileToken(String sha256) implements SessionCredential {}

  /**
   * An identity token of the provider, which can't be asked again.
   *
   * @param edition of the provider's keys by which it was checked
   * @param until its roles hold
   */
  record ProvidedIdentity(ApiCaller caller, long edition, Instant until)
      implements SessionCredential {}
}
