package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Browsers that sign in by a provider, and pages and links that try to use that. */
class ProviderSignInTest extends ProviderSignInCases {
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
}
