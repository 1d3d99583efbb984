package dev.deployclaw.container.http.access;

import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.reader.BearerTokenFile.Token;
import dev.deployclaw.container.http.exchange.ApiCaller;
import dev.deployclaw.container.http.exchange.CredentialCheck;
import dev.deployclaw.container.http.oidc.ProviderTokenVerifier;
import dev.deployclaw.container.http.session.SessionCredential;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.security.auth.x500.X500Principal;

/**
 * Who is known, by which token or certificate, or by the OpenID Connect provider. Tokens may be
 * exchanged while it is used. Any thread.
 */
public final class CredentialStore {
  private static final CredentialCheck UNKNOWN =
      new CredentialCheck.Refused("this credential is unknown");

  private final List<ServerConfig.Client> clients;
  private final Optional<ProviderTokenVerifier> provider;
  private final InstantSource clock;
  private volatile List<Token> tokens;

  /**
   * @param provider of people's tokens; empty for none
   */
  public CredentialStore(
      List<Token> tokens,
      List<ServerConfig.Client> clients,
      Optional<ProviderTokenVerifier> provider,
      InstantSource clock) {
    this.tokens = List.copyOf(tokens);
    this.clients = List.copyOf(clients);
    this.provider = provider;
    this.clock = clock;
  }

  void replace(List<Token> newer) {
    tokens = List.copyOf(newer);
  }

  /** Whether a token could be the provider's: of its form, and none of the file's. */
  boolean isProvided(String token) {
    return provider.isPresent() && ProviderTokenVerifier.fits(token) && known(token).isEmpty();
  }

  /** Whether a token of the provider has to be checked first: that takes CPU. */
  boolean isCostly(String token) {
    return !provider.orElseThrow().remembers(token);
  }

  /** One of the file, or of the provider. */
  CredentialCheck byToken(String token) {
    var known = known(token);
    if (known.isPresent()) {
      return current(known.get());
    }
    return provider.isPresent() && ProviderTokenVerifier.fits(token)
        ? unmistaken(provider.get().check(token))
        : UNKNOWN;
  }

  /** Takes as long for a wrong token as for a right one: every hash is compared to its end. */
  private Optional<Token> known(String token) {
    byte[] shown = sha256(token);
    Optional<Token> found = Optional.empty();
    for (var one : tokens) {
      if (MessageDigest.isEqual(shown, HexFormat.of().parseHex(one.sha256()))) {
        found = Optional.of(one);
      }
    }
    return found;
  }

  /** One of the file: a session has its hash alone, and no provider could check that again. */
  public CredentialCheck byFileToken(String token) {
    if (isProvided(token)) {
      return new CredentialCheck.Refused(
          "only a service token of the agent's file signs in here; sign in with"
              + " the provider, or call the API with its token");
    }
    return known(token).map(this::current).orElse(UNKNOWN);
  }

  /** By what a session began with. */
  public CredentialCheck bySession(SessionCredential credential) {
    return switch (credential) {
      case SessionCredential.FileToken(String sha256) ->
          tokens.stream()
              .filter(known -> known.sha256().equals(sha256))
              .findFirst()
              .map(this::current)
              .orElse(new CredentialCheck.Refused("the token of this session is no longer known"));
      case SessionCredential.ProvidedIdentity(var caller, long edition, var until) ->
          provider.filter(p -> p.isCurrent(edition)).isPresent() && clock.instant().isBefore(until)
              ? unmistaken(new CredentialCheck.Known(caller))
              : new CredentialCheck.Refused(
                  "the provider's statement about this person has expired: sign in again");
    };
  }

  private CredentialCheck current(Token token) {
    return token.expires().isPresent() && !clock.instant().isBefore(token.expires().get())
        ? new CredentialCheck.Refused("the token expired at " + token.expires().get())
        : new CredentialCheck.Known(new ApiCaller(token.name(), token.roles()));
  }

  /** A person whom the provider calls like a program would speak, and be logged, in its name. */
  private CredentialCheck unmistaken(CredentialCheck check) {
    return check instanceof CredentialCheck.Known(var caller) && isTaken(caller.name())
        ? new CredentialCheck.Refused(
            "the name %s belongs to a token or certificate".formatted(caller.name()))
        : check;
  }

  private boolean isTaken(String name) {
    return tokens.stream().anyMatch(t -> t.name().equals(name))
        || clients.stream().anyMatch(c -> c.name().equals(name));
  }

  /** By the subject of a certificate that the client's authority signed. */
  CredentialCheck bySubject(X500Principal subject) {
    return clients.stream()
        .filter(c -> new X500Principal(c.subject()).equals(subject))
        .<CredentialCheck>map(c -> new CredentialCheck.Known(new ApiCaller(c.name(), c.roles())))
        .findFirst()
        .orElse(UNKNOWN);
  }

  private static byte[] sha256(String token) {
    return CanonicalJson.sha256().digest(token.getBytes(StandardCharsets.UTF_8));
  }
}
