package dev.deployclaw.container.http.oidc;

import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.config.OidcConfig.BrowserClient;
import dev.deployclaw.container.http.exchange.CredentialCheck;
import dev.deployclaw.container.http.oidc.ProviderClient.TokenAnswer;
import dev.deployclaw.container.http.oidc.ProviderDocument.SignInEndpoints;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongSupplier;

/**
 * Signs browsers in by the authorization code flow (OpenID Connect Core 1.0, 3.1, with the advice
 * of RFC 9700): PKCE by SHA-256, a state and a nonce of each attempt, both bound to a secret that
 * the browser alone has, and one address to which browsers come back. Any thread.
 */
public final class AuthorizationCodeFlow {
  /** A browser may be at the provider for so long. */
  public static final Duration LONGEST = SignInAttempts.LONGEST;

  /** Longer codes aren't sent on. */
  private static final int LONGEST_CODE = 2048;

  private final OidcConfig settings;
  private final BrowserClient browsers;
  private final ProviderKeys keys;
  private final ProviderTokenVerifier verifier;
  private final ProviderClient client;
  private final SignInAttempts attempts;

  /**
   * @param settings with a console
   * @param nanos a clock that never goes back
   */
  public AuthorizationCodeFlow(
      OidcConfig settings, ProviderKeys keys, ProviderTokenVerifier verifier, LongSupplier nanos) {
    this.settings = settings;
    this.browsers = settings.console().orElseThrow();
    this.keys = keys;
    this.verifier = verifier;
    this.client = new ProviderClient(settings.issuer());
    this.attempts = new SignInAttempts(nanos);
  }

  /** The console's address and identity at the provider. */
  public BrowserClient browsers() {
    return browsers;
  }

  /** The provider, as people know it. */
  public String provider() {
    return String.valueOf(settings.issuer().getHost());
  }

  /**
   * A browser's way to the provider.
   *
   * @param secret that it keeps until it is back
   */
  public record Departure(String secret, URI to) {}

  /**
   * Begins.
   *
   * @param network whence the browser calls
   * @return empty while the provider can't be asked
   */
  public Optional<Departure> begin(String network) {
    return keys.endpoints().map(endpoints -> departure(endpoints, attempts.begin(network)));
  }

  private Departure departure(SignInEndpoints endpoints, SignInAttempts.Begun begun) {
    var query = new LinkedHashMap<String, String>();
    query.put("response_type", "code");
    query.put("client_id", browsers.clientId());
    query.put("redirect_uri", browsers.redirectUri());
    query.put("scope", String.join(" ", browsers.scopes()));
    query.put("state", begun.attempt().state());
    query.put("nonce", begun.attempt().nonce());
    query.put("code_challenge", begun.attempt().challenge());
    query.put("code_challenge_method", "S256");
    String base = endpoints.authorization().toString();
    String to = base + (base.indexOf('?') < 0 ? "?" : "&") + ProviderClient.encoded(query);
    return new Departure(begun.secret(), URI.create(to));
  }

  /**
   * Ends, for a browser that is back. Blocks while the provider is asked, for seconds at most.
   *
   * @param secret that the browser kept
   * @param query what the provider let it bring, by name
   */
  public SignInResult finish(Optional<String> secret, Function<String, Optional<String>> query)
      throws InterruptedException {
    var attempt = secret.flatMap(s -> query.apply("state").flatMap(st -> attempts.take(s, st)));
    if (attempt.isEmpty()) {
      return SignInResult.failed(
          SignInResult.Failure.UNKNOWN, "this browser didn't begin this sign-in");
    }
    var endpoints = keys.endpoints();
    if (endpoints.isEmpty()) {
      return SignInResult.failed(SignInResult.Failure.AWAY, "the provider can't be asked");
    }
    var issuer = query.apply("iss");
    if (issuer.isEmpty()
        ? endpoints.get().namesItself()
        : !issuer.get().equals(settings.issuer().toString())) {
      return SignInResult.failed(
          SignInResult.Failure.REFUSED, "the answer is from another provider, or names none");
    }
    var code = query.apply("code").filter(c -> !c.isEmpty() && c.length() <= LONGEST_CODE);
    return code.isEmpty() || query.apply("error").isPresent()
        ? SignInResult.failed(SignInResult.Failure.DENIED, "the provider gave no code")
        : exchanged(endpoints.get(), attempt.get(), code.get());
  }

  private SignInResult exchanged(
      SignInEndpoints endpoints, SignInAttempts.Attempt attempt, String code)
      throws InterruptedException {
    var form = new LinkedHashMap<String, String>();
    form.put("grant_type", "authorization_code");
    form.put("code", code);
    form.put("redirect_uri", browsers.redirectUri());
    form.put("code_verifier", attempt.verifier());
    try {
      return switch (client.identityToken(endpoints.token(), form, login(endpoints, form))) {
        case TokenAnswer.Issued(String token) -> signedIn(token, attempt);
        case TokenAnswer.Refused(String why) ->
            SignInResult.failed(SignInResult.Failure.REFUSED, why);
      };
    } catch (IOException e) {
      return SignInResult.failed(SignInResult.Failure.AWAY, String.valueOf(e.getMessage()));
    }
  }

  /**
   * As RFC 6749, 2.3.1 has it; a client without a secret, or whose goes into the body, names itself
   * there.
   */
  private Optional<String> login(SignInEndpoints endpoints, Map<String, String> form) {
    String secret = browsers.clientSecret().value();
    if (!secret.isEmpty() && !endpoints.secretInBody()) {
      String pair = formText(browsers.clientId()) + ":" + formText(secret);
      return Optional.of(
          "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
    }
    form.put("client_id", browsers.clientId());
    if (!secret.isEmpty()) {
      form.put("client_secret", secret);
    }
    return Optional.empty();
  }

  private static String formText(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private SignInResult signedIn(String token, SignInAttempts.Attempt attempt) {
    var checked = verifier.identify(token, browsers.clientId(), attempt.nonce());
    return switch (checked.check()) {
      case CredentialCheck.Known(var caller) ->
          caller.roles().isEmpty()
              ? SignInResult.failed(
                  SignInResult.Failure.NO_ROLE, "%s has no role".formatted(caller.name()))
              : new SignInResult.Person(caller, checked.edition());
      case CredentialCheck.Refused(String why) ->
          SignInResult.failed(SignInResult.Failure.REFUSED, why);
      case CredentialCheck.Undecided(String why) ->
          SignInResult.failed(SignInResult.Failure.AWAY, why);
    };
  }
}
