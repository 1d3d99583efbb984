package dev.deployclaw.ratelimit.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.model.Gateway.Identity.Claim;
import dev.deployclaw.policy.model.InvalidTokenAction;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenRulesTest {
  private static final Claim CLAIM =
      new Claim("tenant", Issuer.NAME, Issuer.AUDIENCE, InvalidTokenAction.REFUSE);
  private static final List<String> ALL = List.of("RS256", "ES256", "EdDSA", "HS256");
  private static final Issuer ISSUER = Issuer.ofEachKind().secret("shared");
  private static final Duration LEEWAY = Duration.ofSeconds(30);

  private final Instant now = Instant.now();
  private final TokenRules rules =
      new TokenRules(
          new TokenSettings(new JwksSource.None(), ALL, LEEWAY, TokenSettings.USUAL_LIFE));
  private final TokenKeySet keys = TokenKeySet.parse(ISSUER.keySet(), ALL);

  @Test
  void believesATokenOfEachKindOfKey() {
    assertThat(judge(ISSUER.token("rsa", "RS256", "acme"))).isEqualTo(proven("acme"));
    assertThat(judge(ISSUER.token("ec", "ES256", "acme"))).isEqualTo(proven("acme"));
    assertThat(judge(ISSUER.token("ed", "EdDSA", "acme"))).isEqualTo(proven("acme"));
    assertThat(judge(ISSUER.token("shared", "HS256", "acme"))).isEqualTo(proven("acme"));
  }

  @Test
  void aTokenWithoutAKeyIdIsVerifiedWhereOneKeyFits() {
    var header = Map.<String, String>of();
    var token = ISSUER.token("rsa", "RS256", header, Issuer.claims("acme", Map.of()));
    var two = new Issuer().rsa("a").rsa("b");
    var either = two.token("a", "RS256", header, Issuer.claims("acme", Map.of()));

    assertThat(judge(token)).isEqualTo(proven("acme"));
    assertThat(judge(either, two.keySet(), ALL)).isEqualTo(unproven("token-key-unknown"));
  }

  @Test
  void refusesWhatForgersTry() {
    var good = ISSUER.token("rsa", "RS256", "acme");
    var other = new Issuer().rsa("rsa").token("rsa", "RS256", "acme");

    assertThat(judge(other)).isEqualTo(unproven("token-signature"));
    assertThat(judge(Issuer.spliced(good, "globex"))).isEqualTo(unproven("token-signature"));
    assertThat(judge(ISSUER.unsigned("none", "acme")))
        .isInstanceOf(TokenVerification.Unproven.class);
    assertThat(judge(ISSUER.unsigned("None", "acme")))
        .isInstanceOf(TokenVerification.Unproven.class);
    assertThat(judge(ISSUER.confused("rsa", "acme"))).isEqualTo(unproven("token-key-unknown"));
    assertThat(judge(good.substring(0, good.lastIndexOf('.') + 1)))
        .isInstanceOf(TokenVerification.Unproven.class);
    assertThat(judge("a.b.c")).isEqualTo(unproven("token-malformed"));
  }

  /** On the event loop: what throws there is an error, and where a gateway opens, it passes. */
  @Test
  void whatIsNoTokenIsUnprovenAndNeverAnError() {
    String deep = "[".repeat(2_500);
    String good = "{\"alg\":\"RS256\",\"kid\":\"rsa\"}";
    String claims =
        "{\"iss\":\"" + Issuer.NAME + "\",\"aud\":\"api\",\"tenant\":\"acme\",\"exp\":%s}";
    var headers =
        List.of(
            good,
            deep,
            "{\"a\":" + deep,
            "{\"alg\":" + deep + "]".repeat(2_500) + "}",
            "{}",
            "",
            "null",
            "\"x\"",
            "[]",
            "{\"alg\":1,\"kid\":2}",
            "{\"alg\":null,\"kid\":null}",
            "{\"alg\":{\"x\":1},\"kid\":[1]}",
            "{\"alg\":\"RS256\",\"alg\":\"none\"}",
            "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[\"exp\"]}",
            "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":1}",
            "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"crit\":[1,null,{}]}",
            "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"b64\":false,\"crit\":[\"b64\"]}",
            "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"typ\":1,\"cty\":2}",
            "{\"alg\":\"RS256\",\"kid\":\"rsa\",\"jwk\":1,\"x5c\":1,\"jku\":1,\"zip\":\"DEF\"}",
            "\u0000\uffff");
    var bodies =
        List.of(
            claims.formatted(now.getEpochSecond() + 60),
            claims.formatted("1e999999999"),
            claims.formatted("9".repeat(2_000)),
            claims.formatted("-9223372036854775808"),
            claims.formatted("9223372036854775807"),
            claims.formatted("1.5"),
            claims.formatted("\"1\""),
            claims.formatted("null"),
            claims.formatted("true"),
            claims.formatted("NaN"),
            claims.formatted("1,\"nbf\":9223372036854775807"),
            claims.formatted("9223372036854775807,\"nbf\":-9223372036854775808,\"iat\":{}"),
            "{\"iss\":1,\"aud\":[1,{}],\"exp\":[]}",
            "{\"iss\":[],\"aud\":{},\"exp\":{},\"sub\":1,\"jti\":2}",
            deep,
            "{\"a\":".repeat(1_000),
            "",
            "null",
            "[]");
    for (String header : headers) {
      for (String body : bodies) {
        for (String signature : List.of("", "x", "AAAA", "A".repeat(343))) {
          String token = part(header) + "." + part(body) + "." + signature;

          var early = rules.refused(token, CLAIM, keys, now);
          assertThat(early.orElse(new TokenVerification.Unproven("x")))
              .isInstanceOf(TokenVerification.Unproven.class);
          assertThat(judge(token)).as(header + body).isInstanceOf(TokenVerification.Unproven.class);
        }
      }
    }
    for (String token :
        List.of("", ".", "..", "...", "....", ".".repeat(5_000), "\u0000", "=.=.=")) {
      assertThat(rules.refused(token, CLAIM, keys, now)).as(token).isPresent();
    }
  }

  private static String part(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aKeyIsUsedWithItsOwnAlgorithmAlone() {
    var longer = ISSUER.token("rsa", "RS512", "acme");

    assertThat(judge(longer, ISSUER.keySet(), List.of("RS256", "RS512")))
        .isEqualTo(unproven("token-key-unknown"));
    assertThat(judge(ISSUER.token("rsa", "RS256", "acme"), ISSUER.keySet(), List.of("ES256")))
        .isInstanceOf(TokenVerification.Unproven.class);
  }

  @Test
  void aKeyThatTheTokenBringsItselfIsNotLookedAt() {
    var forger = new Issuer().rsa("own");
    var header = Map.of("kid", "rsa", "jku", "http://127.0.0.1:1/keys");

    assertThat(judge(forger.token("own", "RS256", header, Issuer.claims("acme", Map.of()))))
        .isEqualTo(unproven("token-signature"));
  }

  @Test
  void timesHaveALeeway() {
    long at = now.getEpochSecond();

    assertThat(judge(Map.of("exp", at - 20))).isEqualTo(proven("acme"));
    assertThat(judge(Map.of("exp", at - 40))).isEqualTo(unproven("token-expired"));
    assertThat(judge(Map.of("nbf", at + 20))).isEqualTo(proven("acme"));
    assertThat(judge(Map.of("nbf", at + 40))).isEqualTo(unproven("token-not-yet-valid"));
    assertThat(judge(Map.of("exp", ""))).isEqualTo(unproven("token-without-expiry"));
  }

  @Test
  void aLifeHasAnUpperBound() {
    long usual = now.plus(TokenSettings.USUAL_LIFE).getEpochSecond();
    var longer = new TokenSettings(new JwksSource.None(), ALL, LEEWAY, Duration.ofDays(7));
    String week = ISSUER.token("rsa", "RS256", Issuer.claims("acme", Map.of("exp", usual + 60)));

    assertThat(judge(Map.of("exp", usual + 20))).isEqualTo(proven("acme"));
    assertThat(judge(Map.of("exp", usual + 40))).isEqualTo(unproven("token-lives-too-long"));
    assertThat(judge(Map.of("exp", Long.MAX_VALUE))).isEqualTo(unproven("token-lives-too-long"));
    assertThat(
            new TokenRules(longer)
                .judge(week, CLAIM, TokenKeySet.parse(ISSUER.keySet(), ALL), now)
                .bearer())
        .isEqualTo(proven("acme"));
  }

  @Test
  void seesWithoutTheSignatureWhatNoSignatureMakesValid() {
    String good = ISSUER.token("rsa", "RS256", "acme");
    String expired = ISSUER.token("rsa", "RS256", Issuer.claims("acme", Map.of("exp", 1)));

    assertThat(refused(good)).isEmpty();
    assertThat(refused(Issuer.spliced(good, "globex"))).as("a signature decides").isEmpty();
    assertThat(refused(expired)).contains(new TokenVerification.Unproven("token-expired"));
    assertThat(refused(ISSUER.unsigned("none", "acme"))).isPresent();
    assertThat(refused(ISSUER.confused("rsa", "acme")))
        .contains(new TokenVerification.Unproven("token-key-unknown"));
    assertThat(refused("a.b.c")).contains(new TokenVerification.Unproven("token-malformed"));
    assertThat(refused(good + ".x.y")).contains(new TokenVerification.Unproven("token-malformed"));
    assertThat(refused("")).isPresent();
  }

  private Optional<TokenVerification.Unproven> refused(String token) {
    return new TokenRules(
            new TokenSettings(new JwksSource.None(), ALL, LEEWAY, TokenSettings.USUAL_LIFE))
        .refused(token, CLAIM, TokenKeySet.parse(ISSUER.keySet(), ALL), now);
  }

  @Test
  void isOfTheIssuerAndForTheAudience() {
    assertThat(judge(Map.of("iss", "https://evil.example.test")))
        .isEqualTo(unproven("token-of-another-issuer"));
    assertThat(judge(Map.of("iss", ""))).isEqualTo(unproven("token-of-another-issuer"));
    assertThat(judge(Map.of("aud", "billing"))).isEqualTo(unproven("token-for-another-audience"));
    assertThat(judge(Map.of("aud", ""))).isEqualTo(unproven("token-for-another-audience"));
    assertThat(judge(Map.of("aud", List.of("billing", "api")))).isEqualTo(proven("acme"));
  }

  @Test
  void theClaimIsATenantsName() {
    for (Object odd :
        List.of(7, true, List.of("acme"), Map.of("a", "acme"), "Acme", "a/b", "acme ", "../x")) {
      assertThat(judge(Map.of("tenant", odd)))
          .as(odd.toString())
          .isEqualTo(unproven("token-names-no-tenant"));
    }
    assertThat(judge(Map.of("tenant", ""))).isEqualTo(unproven("token-names-no-tenant"));
  }

  @Test
  void readsTheHeader() {
    assertThat(TokenRules.token("Bearer abc")).contains("abc");
    assertThat(TokenRules.token("bearer  abc ")).contains("abc");
    assertThat(TokenRules.token("Basic abc")).isEmpty();
    assertThat(TokenRules.token("Bearer " + "a".repeat(TokenRules.LONGEST))).isPresent();
    assertThat(TokenRules.token("Bearer " + "a".repeat(TokenRules.LONGEST + 1))).isEmpty();
  }

  private TokenVerification judge(Map<String, ?> over) {
    return judge(ISSUER.token("rsa", "RS256", Issuer.claims("acme", over)));
  }

  private TokenVerification judge(String token) {
    return judge(token, ISSUER.keySet(), ALL);
  }

  private TokenVerification judge(String token, String keys, List<String> algorithms) {
    var settings =
        new TokenSettings(new JwksSource.None(), algorithms, LEEWAY, TokenSettings.USUAL_LIFE);
    return new TokenRules(settings)
        .judge(token, CLAIM, TokenKeySet.parse(keys, algorithms), now)
        .bearer();
  }

  private static TokenVerification proven(String tenant) {
    return new TokenVerification.Proven(tenant);
  }

  private static TokenVerification unproven(String reason) {
    return new TokenVerification.Unproven(reason);
  }
}
