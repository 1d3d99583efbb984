package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.task;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.testkit.BoundedWait;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.keys.HmacKey;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** People's tokens of an OpenID Connect provider at the API. */
class ProviderTokenTest {
  private static final String PATH = "/v1/executions";

  @TempDir static Path folder;

  private static TestProvider provider;
  private static Served served;

  @BeforeAll
  static void start() throws Exception {
    provider = TestProvider.start();
    served = Served.withProvider(folder, provider.config());
    BoundedWait.until(
        "the keys are read",
        ServerFixture.SOON,
        () -> served.get(PATH, provider.token("rita", "ops")).status() == 200);
  }

  @AfterAll
  static void stop() {
    served.close();
    provider.close();
  }

  @Test
  void aPersonActsUnderTheNameAndRolesOfTheToken() {
    var answer =
        served.send(post("/v1/tasks", provider.token("rita", "ops", "other"), task("apply")));

    assertThat(answer.status()).as(answer.body()).isEqualTo(202);
    String id = answer.text("execution_id");
    served.awaitResult(id, "COMPLETED");
    assertThat(served.get(PATH + "/" + id, Served.VIC).text("requester")).isEqualTo("rita");
    var plan = served.get(PATH + "/" + id + "/plan", provider.token("rita", "ops"));
    assertThat(plan.text("type")).isEqualTo("urn:deployclaw:problem:role-missing");
    assertThat(served.get(PATH + "/arch-none/plan", provider.token("lea", "leads")).status())
        .isEqualTo(404);
    assertThat(served.get(PATH, provider.token("sam", "staff")).status()).isEqualTo(200);
  }

  @Test
  void theConsoleTakesServiceTokensAloneAndSaysSo() {
    var form =
        served
            .request("/console/session", "")
            .header("Origin", served.address())
            .header("Content-Type", "application/json");
    String body = "{\"token\": \"%s\"}".formatted(provider.token("rita", "ops"));

    var answer = served.send(form.POST(BodyPublishers.ofString(body)));

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("Set-Cookie")).isEmpty();
    assertThat(answer.text("detail")).contains("service token", "provider");
  }

  @Test
  void whoseRolesAreNotMappedMayDoNothing() {
    for (var roles : new String[][] {{}, {"operator"}, {"admin", "OPS"}}) {
      var answer = served.get(PATH, provider.token("nick", roles));

      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.text("detail")).isEqualTo("nick lacks the role viewer");
    }
  }

  @Test
  void rolesAreReadFromListsAndWordsAlone() {
    var words = provider.claims("rita");
    words.setClaim("realm_access", Map.of("roles", "x staff"));
    var number = provider.claims("rita");
    number.setClaim("realm_access", Map.of("roles", 7));
    var flat = provider.claims("rita");
    flat.setClaim("realm_access", "ops");

    assertThat(status(words, _ -> {})).isEqualTo(200);
    assertThat(status(number, _ -> {})).isEqualTo(403);
    assertThat(status(flat, _ -> {})).isEqualTo(403);
  }

  @Test
  void refusesAnotherIssuerOrAudience() {
    var issuer = provider.claims("rita", "ops");
    issuer.setIssuer(provider.issuer() + "/");
    var audience = provider.claims("rita", "ops");
    audience.setAudience("account");
    var none = provider.claims("rita", "ops");
    none.unsetClaim("aud");

    assertRefused(issuer, "the token is from another issuer");
    assertRefused(audience, "the token is for another audience");
    assertRefused(none, "the token is for another audience");
  }

  @Test
  void refusesWhatIsNotValidNowOrForTooLong() {
    var expired = provider.claims("rita", "ops");
    expired.setExpirationTimeMinutesInTheFuture(-1);
    var early = provider.claims("rita", "ops");
    early.setNotBeforeMinutesInThePast(-2);
    var endless = provider.claims("rita", "ops");
    endless.unsetClaim("exp");
    var year = provider.claims("rita", "ops");
    year.setExpirationTimeMinutesInTheFuture(60 * 24 * 365f);

    assertRefused(expired, "the token expired");
    assertRefused(early, "the token isn't valid yet");
    assertRefused(endless, "the token doesn't say when it expires");
    assertRefused(year, "the token is valid for more than a day");
  }

  @Test
  void refusesWhatTheProviderDidNotSign() {
    var claims = provider.claims("rita", "ops");
    byte[] publicKey = provider.key.getPublicKey().getEncoded();
    var forger = SignedToken.key("stranger");

    assertRefused(claims, "isn't signed with a private key", this::unsign);
    assertRefused(
        claims,
        "isn't signed with a private key",
        s -> {
          s.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
          s.setKey(new HmacKey(publicKey));
        });
    assertRefused(claims, "the token's signature is wrong", s -> s.setKey(forger.getPrivateKey()));
    assertRefused(claims, "of another kind", s -> s.setHeader("typ", "logout+jwt"));
  }

  private void unsign(JsonWebSignature signed) {
    signed.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
    signed.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
    signed.setKey(null);
  }

  @Test
  void asksForAnUnknownKeyAtMostEveryFewSecondsAndTakesItWhenItIsThere() {
    var next = SignedToken.key("next");
    Consumer<JsonWebSignature> byNext =
        s -> {
          s.setKey(next.getPrivateKey());
          s.setKeyIdHeaderValue("next");
        };
    int before = provider.asked.get();
    for (int i = 0; i < 30; i++) {
      assertRefused(provider.claims("rita", "ops"), "key isn't one of the provider's", byNext);
    }
    assertThat(provider.asked.get() - before).isLessThan(10);

    provider.publish(next);

    BoundedWait.until(
        "the new key is known",
        ServerFixture.SOON,
        () -> status(provider.claims("rita", "ops"), byNext) == 200);
    assertThat(served.get(PATH, provider.token("rita", "ops")).status()).isEqualTo(200);
  }

  @Test
  void goesOnWithTheLastKeysWhileTheProviderIsAway() throws Exception {
    provider.stop();
    try {
      assertThat(served.get(PATH, provider.token("rita", "ops")).status()).isEqualTo(200);
    } finally {
      provider.startAgain();
    }
  }

  @Test
  void saysThatItCannotTellWhereTheProviderWasNeverThere() throws Exception {
    String token = provider.token("rita", "ops");
    var nobody = provider.config();
    var away =
        new OidcConfig(
            URI.create("http://127.0.0.1:1/realm"),
            nobody.audience(),
            nobody.nameClaim(),
            nobody.rolesClaim(),
            nobody.roles(),
            Optional.empty());
    try (var other = Served.withProvider(Files.createDirectory(folder.resolve("o")), away)) {
      var answer = other.get(PATH, token);

      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.text("detail")).contains("OpenID Connect");
      assertThat(other.get(PATH, Served.VIC).status()).as("tokens still count").isEqualTo(200);
    }
  }

  @Test
  void forgedTokensUseUpTheShareOfTheirNetworkAlone() throws Exception {
    var forger = SignedToken.key("stranger");
    String rita = provider.token("rita", "ops");
    try (var other =
        Served.withProvider(
            Files.createDirectory(folder.resolve("flood")),
            ServerConfig.Bounds.DEFAULT,
            provider.config())) {
      BoundedWait.until(
          "the keys are read", ServerFixture.SOON, () -> other.get(PATH, rita).status() == 200);
      int last = 401;
      for (int i = 0; i < 200 && last == 401; i++) {
        String forged =
            provider.token(
                provider.claims("lea" + i, "leads"), s -> s.setKey(forger.getPrivateKey()));
        last = other.get(PATH, forged).status();
      }

      assertThat(last).isEqualTo(429);
      assertThat(other.get(PATH, Served.VIC).status()).isEqualTo(200);
      assertThat(other.get(PATH, rita).status()).as("known before").isEqualTo(200);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"vic", "", "a b", "-rita", "müller"})
  void aNameIsAWordAndNobodyElses(String name) {
    assertThat(served.get(PATH, provider.token(name, "ops")).status()).isEqualTo(401);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "..",
        "a.b.c",
        "{}.{}.{}",
        "eyJhbGciOiJSUzI1NiJ9..",
        "eyJhbGciOlsiUlMyNTYiXX0.e30.AAAA",
        "eyJhbGciOiJSUzI1NiIsImtpZCI6N30.e30.AAAA",
        "eyJhbGciOiJub25lIn0.e30.",
        "bnVsbA.bnVsbA.bnVsbA"
      })
  void whatIsNoTokenIsRefused(String token) {
    var answer = served.get(PATH, token);

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.header("WWW-Authenticate")).startsWith("Bearer");
    assertThat(answer.body()).doesNotContain("eyJ");
  }

  @Test
  void aHugeTokenIsNotLookedAt() {
    var claims = provider.claims("rita", "ops");
    claims.setClaim("more", "x".repeat(9_000));

    var answer = served.get(PATH, provider.token(claims, _ -> {}));

    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.text("detail")).isEqualTo("this credential is unknown");
  }

  @Test
  void aSignatureThatWasCutOffOrMovedDoesNotCount() {
    String token = provider.token("rita", "ops");
    String lead =
        Base64.getUrlEncoder()
            .withoutPadding()
            .encodeToString(
                provider.claims("ann", "leads").toJson().getBytes(StandardCharsets.UTF_8));
    var parts = token.split("\\.", -1);

    assertThat(served.get(PATH, parts[0] + "." + lead + "." + parts[2]).status()).isEqualTo(401);
    assertThat(served.get(PATH, parts[0] + "." + parts[1] + ".").status()).isEqualTo(401);
  }

  private int status(JwtClaims claims, Consumer<JsonWebSignature> change) {
    return served.get(PATH, provider.token(claims, change)).status();
  }

  private void assertRefused(JwtClaims claims, String why) {
    assertRefused(claims, why, _ -> {});
  }

  private void assertRefused(JwtClaims claims, String why, Consumer<JsonWebSignature> change) {
    var answer = served.get(PATH, provider.token(claims, change));

    assertThat(answer.status()).as(answer.body()).isEqualTo(401);
    assertThat(answer.text("detail")).contains(why);
  }

  private static HttpRequest.Builder post(String path, String token, String body) {
    return served
        .request(path, token)
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }
}
