package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A provider that misbehaves while browsers sign in by it. */
class ProviderFaultTest extends ProviderSignInCases {
  static Stream<Arguments> wrongClaims() {
    return Stream.of(
        claims("another nonce", c -> c.setClaim("nonce", "0")),
        claims("no nonce", c -> c.unsetClaim("nonce")),
        claims("another audience", c -> c.setAudience(TestProvider.AUDIENCE)),
        claims("no audience", c -> c.unsetClaim("aud")),
        claims("several audiences, no party", c -> c.setAudience(SignInProvider.CLIENT, "wiki")),
        claims("another party", c -> c.setClaim("azp", "wiki")),
        claims("another issuer", c -> c.setIssuer("https://evil.example")),
        claims("expired", c -> c.setExpirationTimeMinutesInTheFuture(-2)),
        claims("without an end", c -> c.unsetClaim("exp")),
        claims("for a year", c -> c.setExpirationTimeMinutesInTheFuture(60 * 24 * 365f)),
        claims("of the future", c -> c.setNotBeforeMinutesInThePast(-2)),
        claims("the name of a token", c -> c.setClaim("preferred_username", "vic")),
        claims("no name", c -> c.unsetClaim("preferred_username")));
  }

  private static Arguments claims(String what, Consumer<JwtClaims> change) {
    return Arguments.of(what, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongClaims")
  void aTokenThatDoesNotFitTheSignInIsRefused(String what, Consumer<JwtClaims> change) {
    provider.claims = change;

    assertFailed(comeBack(depart()), "refused");
    assertThat(provider.exchanges).as(what).hasSize(1);
  }

  @Test
  void whatTheProviderDidNotSignIsRefused() {
    var forger = SignedToken.key("stranger");
    Consumer<JsonWebSignature> unsigned =
        s -> {
          s.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
          s.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
          s.setKey(null);
        };
    Consumer<JsonWebSignature> forged = s -> s.setKey(forger.getPrivateKey());
    Consumer<JsonWebSignature> another = s -> s.setHeader("typ", "logout+jwt");
    for (var wrong : List.of(unsigned, forged, another)) {
      provider.signature = wrong;
      assertFailed(comeBack(depart()), "refused");
    }
  }

  @Test
  void severalAudiencesAndOurPartySignIn() {
    provider.claims =
        c -> {
          c.setAudience(SignInProvider.CLIENT, "wiki");
          c.setClaim("azp", SignInProvider.CLIENT);
        };

    assertThat(comeBack(depart()).header("Location")).isEqualTo("/console/");
  }

  @Test
  void whoHasNoRoleHereGetsNoSession() {
    provider.roles = new String[] {"admin", "OPS"};

    assertFailed(comeBack(depart()), "no-role");
  }

  static Stream<Arguments> brokenEndpoints() {
    return Stream.of(
        endpoint("an error", (e, _) -> TestProvider.answer(e, 500, "{}")),
        endpoint("no JSON", (e, _) -> TestProvider.answer(e, 200, "<html>")),
        endpoint("no token", (e, _) -> TestProvider.answer(e, 200, "{\"id_token\": 7}")),
        endpoint("a redirect", ProviderFaultTest::redirect),
        endpoint(
            "a huge answer",
            (e, _) -> TestProvider.answer(e, 200, "{\"id_token\": \"" + "x".repeat(2 << 20))));
  }

  private static Arguments endpoint(String what, SignInProvider.TokenEndpoint answer) {
    return Arguments.of(what, answer);
  }

  private static void redirect(HttpExchange exchange, Map<String, String> form) throws IOException {
    exchange.getResponseHeaders().set("Location", provider.tokens.issuer() + "/token?again");
    TestProvider.answer(exchange, 307, "{}");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenEndpoints")
  void aTokenEndpointThatIsBrokenIsAway(String what, SignInProvider.TokenEndpoint endpoint) {
    provider.endpoint = endpoint;

    assertFailed(comeBack(depart()), "away");
    assertThat(provider.exchanges).as(what).hasSize(1);
  }

  @Test
  void aHugeTokenIsNotLookedAt() {
    provider.claims = c -> c.setClaim("more", "x".repeat(9_000));

    assertFailed(comeBack(depart()), "refused");
  }
}
