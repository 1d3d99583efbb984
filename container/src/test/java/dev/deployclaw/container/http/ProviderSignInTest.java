package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Browsers that sign in by a provider, call by call, and a provider that misbehaves. */
class ProviderSignInTest {
  private static final String SIGN_IN = "/console/sign-in";
  private static final String EXECUTIONS = "/v1/executions";

  @TempDir static Path folder;

  private static SignInProvider provider;
  private static Served served;

  /** A browser on its way: its cookie, and where it was sent. */
  private record Departed(String cookie, URI to) {
    Map<String, String> asked() {
      return SignInProvider.fields(to.getRawQuery());
    }
  }

  @BeforeAll
  static void start() throws Exception {
    provider = SignInProvider.start();
    served = Served.withProvider(folder, provider.config());
    BoundedWait.until("the keys are read", ServerFixture.SOON, () -> departure().status() == 200);
  }

  @AfterAll
  static void stop() {
    provider.close();
    served.close();
  }

  @BeforeEach
  void behave() {
    provider.behave();
  }

  @Test
  void aPersonActsInASessionUnderTheNameAndRolesOfTheIdentityToken() {
    var departed = depart();
    var back = comeBack(departed);

    assertThat(back.status()).isEqualTo(303);
    assertThat(back.header("Location")).isEqualTo("/console/");
    assertThat(back.header("Referrer-Policy")).isEqualTo("no-referrer");
    assertThat(back.header("Set-Cookie"))
        .matches("deployclaw-loopback=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Strict");
    String cookie = cookie(back);
    var me = get("/console/session", cookie);
    assertThat(me.text("name")).isEqualTo("rita");
    assertThat(me.json().path("roles").toString()).isEqualTo("[\"operator\",\"viewer\"]");
    var answer = post("/v1/tasks", cookie, me.text("csrf"), task("apply"));
    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    String id = answer.text("execution_id");
    served.awaitResult(id, "COMPLETED");
    assertThat(get(EXECUTIONS + "/" + id, cookie).text("requester")).isEqualTo("rita");
    assertThat(get(EXECUTIONS + "/" + id + "/plan", cookie).status()).isEqualTo(403);
    assertThat(post("/v1/tasks", cookie, "", task("apply")).text("type")).endsWith(":csrf");

    assertThat(post("/console/session/end", cookie, me.text("csrf"), "{}").status()).isEqualTo(200);
    assertThat(get(EXECUTIONS, cookie).status()).isEqualTo(401);
  }

  @Test
  void theProviderIsAskedByPkceStateNonceAndOneFixedAddress() {
    var seen = new HashSet<String>();
    for (int i = 0; i < 2; i++) {
      var departed = depart();
      var asked = departed.asked();

      assertThat(departed.to().toString())
          .startsWith(provider.tokens.issuer() + "/authorize?realm");
      assertThat(departed.cookie()).matches("deployclaw-loopback-sign-in=[0-9a-f]{64}");
      assertThat(asked)
          .containsEntry("response_type", "code")
          .containsEntry("client_id", SignInProvider.CLIENT)
          .containsEntry("redirect_uri", provider.console + "/console/sign-in/callback")
          .containsEntry("scope", "openid profile")
          .containsEntry("code_challenge_method", "S256");
      assertThat(asked.get("code_challenge")).matches("[A-Za-z0-9_-]{43}");
      for (String once : List.of("state", "nonce", "code_challenge")) {
        assertThat(seen.add(asked.get(once))).as(once).isTrue();
      }
      assertThat(departed.to().toString())
          .doesNotContain(departed.cookie().replaceFirst(".*=", ""));
    }
    String pair = "console:a-secret%3Aof+the+client%2B%25";
    comeBack(depart());
    assertThat(provider.exchanges).hasSize(1);
    assertThat(provider.exchanges.getFirst())
        .containsOnlyKeys("grant_type", "code", "redirect_uri", "code_verifier");
    assertThat(provider.logins)
        .containsExactly(
            "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void theBrowserKeepsALaxCookieForTenMinutes() {
    assertThat(departure().header("Set-Cookie"))
        .matches(
            "deployclaw-loopback-sign-in=[0-9a-f]{64}; Path=/; HttpOnly; SameSite=Lax; Max-Age=600");
  }

  @ParameterizedTest
  @ValueSource(strings = {"http://evil.example", "http://localhost:1", "null"})
  void aPageOfAnotherAddressIsSentNowhere(String origin) {
    var refused =
        served.send(
            served
                .request(SIGN_IN, "")
                .header("Origin", origin)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}")));

    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.header("Set-Cookie")).isEmpty();
  }

  @Test
  void aLinkThatBeginsASignInDoesNothing() {
    var offer = served.send(served.request(SIGN_IN + "?to=https://evil.example", "").GET());

    assertThat(offer.status()).isEqualTo(200);
    assertThat(offer.text("provider")).isEqualTo("127.0.0.1");
    assertThat(offer.header("Set-Cookie") + offer.header("Location")).isEmpty();
  }

  /** Login CSRF: an attacker's own code, in the browser of somebody else. */
  @Test
  void anotherBrowsersSignInIsRefused() {
    var attacker = depart();
    var location = visit(attacker);
    var victim = depart();

    assertFailed(callback(location, ""), "unknown");
    assertFailed(callback(location, victim.cookie()), "unknown");
    assertThat(provider.exchanges).isEmpty();
    assertThat(comeBack(victim).header("Location"))
        .as("its own still works")
        .isEqualTo("/console/");
  }

  @Test
  void aSignInEndsOnce() {
    var departed = depart();
    var location = visit(departed);
    assertThat(callback(location, departed.cookie()).header("Location")).isEqualTo("/console/");

    assertFailed(callback(location, departed.cookie()), "unknown");
    assertThat(provider.exchanges).hasSize(1);
  }

  /** A code that an attacker put into a victim's own sign-in. */
  @Test
  void aCodeOfAnotherSignInIsRefused() {
    var attacker = SignInProvider.fields(visit(depart()).getRawQuery());
    provider.brought = back -> back.put("code", attacker.get("code"));

    assertFailed(comeBack(depart()), "refused");
  }

  @Test
  void aCodeThatTheProviderKnowsAsUsedIsRefused() {
    var used = SignInProvider.fields(visit(depart()).getRawQuery()).get("code");
    provider.endpoint =
        (exchange, form) -> TestProvider.answer(exchange, 400, "{\"error\": \"invalid_grant\"}");
    provider.brought = back -> back.put("code", used);

    assertFailed(comeBack(depart()), "refused");
  }

  static Stream<Arguments> wrongReturns() {
    Consumer<Map<String, String>> otherIssuer = back -> back.put("iss", "https://evil.example");
    Consumer<Map<String, String>> noIssuer = back -> back.remove("iss");
    Consumer<Map<String, String>> noState = back -> back.remove("state");
    Consumer<Map<String, String>> wrongState = back -> back.put("state", "0".repeat(64));
    Consumer<Map<String, String>> denied =
        back -> {
          back.remove("code");
          back.put("error", "access_denied");
          back.put("error_description", "<script>alert(1)</script>");
        };
    Consumer<Map<String, String>> both = back -> back.put("error", "access_denied");
    Consumer<Map<String, String>> huge = back -> back.put("code", "x".repeat(3000));
    return Stream.of(
        Arguments.of("mix-up: another issuer", otherIssuer, "refused"),
        Arguments.of("mix-up: no issuer, of one that names itself", noIssuer, "refused"),
        Arguments.of("no state", noState, "unknown"),
        Arguments.of("a wrong state", wrongState, "unknown"),
        Arguments.of("denied", denied, "denied"),
        Arguments.of("an error beside a code", both, "denied"),
        Arguments.of("a huge code", huge, "denied"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrongReturns")
  void aReturnThatIsWrongIsRefusedBeforeTheProviderIsAsked(
      String what, Consumer<Map<String, String>> brought, String word) {
    provider.brought = brought;

    assertFailed(comeBack(depart()), word);
    assertThat(provider.exchanges).as(what).isEmpty();
  }

  @Test
  void aParameterThatIsThereTwiceIsNone() {
    var departed = depart();
    var location = URI.create(visit(departed) + "&code=another");

    assertFailed(callback(location, departed.cookie()), "denied");
    assertThat(provider.exchanges).isEmpty();
  }

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
    var forger = TestProvider.key("first");
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
        endpoint("a redirect", ProviderSignInTest::redirect),
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

  @Test
  void nobodyIsSentToAProviderThatIsAway() throws Exception {
    try (var other = SignInProvider.start()) {
      other.tokens.stop();
      try (var away =
          Served.withProvider(Files.createDirectory(folder.resolve("away")), other.config())) {
        var refused = away.send(departure(away, other.console));

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.text("remedy")).contains("service token");
        assertThat(refused.header("Set-Cookie")).isEmpty();
      }
    }
  }

  @Test
  void aForeignPageCannotFetchTheWayBack() {
    var departed = depart();
    var answer =
        served.send(
            request(visit(departed))
                .header("Cookie", departed.cookie())
                .header("Sec-Fetch-Site", "cross-site")
                .header("Sec-Fetch-Mode", "no-cors")
                .header("Sec-Fetch-Dest", "image")
                .GET());

    assertThat(answer.status()).isEqualTo(403);
    assertThat(provider.exchanges).isEmpty();
  }

  private void assertFailed(Served.Answer answer, String word) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(303);
    assertThat(answer.header("Location")).isEqualTo("/console/?sign-in=" + word);
    assertThat(answer.header("Set-Cookie")).isEmpty();
  }

  private static Served.Answer departure() {
    return served.send(departure(served, provider.console));
  }

  private static HttpRequest.Builder departure(Served at, String origin) {
    return at.request(SIGN_IN, "")
        .header("Origin", origin)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString("{}"));
  }

  private static Departed depart() {
    var answer = departure();
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return new Departed(cookie(answer), URI.create(answer.text("to")));
  }

  private static String cookie(Served.Answer answer) {
    return answer.header("Set-Cookie").replaceFirst(";.*", "");
  }

  /** At the provider; gives where it sends the browser. */
  private static URI visit(Departed departed) {
    var answer = served.send(request(departed.to()).GET());
    assertThat(answer.status()).isEqualTo(302);
    return URI.create(answer.header("Location"));
  }

  private static HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri).timeout(ServerFixture.SOON);
  }

  private static Served.Answer callback(URI location, String cookie) {
    var request =
        request(location)
            .header("Sec-Fetch-Site", "cross-site")
            .header("Sec-Fetch-Mode", "navigate")
            .header("Sec-Fetch-Dest", "document");
    return served.send((cookie.isEmpty() ? request : request.header("Cookie", cookie)).GET());
  }

  private static Served.Answer comeBack(Departed departed) {
    return callback(visit(departed), departed.cookie());
  }

  private static Served.Answer get(String path, String cookie) {
    return served.send(served.request(path, "").header("Cookie", cookie).GET());
  }

  private static Served.Answer post(String path, String cookie, String csrf, String body) {
    var request =
        served
            .request(path, "")
            .header("Cookie", cookie)
            .header("Origin", served.address())
            .header("Content-Type", "application/json");
    return served.send(
        (csrf.isEmpty() ? request : request.header("X-CSRF-Token", csrf))
            .POST(BodyPublishers.ofString(body)));
  }
}
