package dev.deployclaw.audit.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.SeededLoop;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each text carries the canary where a secret would be. */
class SecretRedactorTest {
  private static final String CANARY = "CANARYQ7Z2";
  private final SecretRedactor redaction = SecretRedactor.of(List.of("s3cr3t&value", "abc"));

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / Authorization: Bearer CANARYQ7Z2aaaa.bbbb-_",
        "got 401 for bearer CANARYQ7Z2",
        "Authorization: Basic CANARYQ7Z2==",
        "redis://default:CANARYQ7Z2@10.0.0.7:6379/0",
        "rediss://:p@CANARYQ7Z2@cache:6379",
        "nats://CANARYQ7Z2abcdef@nats:4222",
        "-----BEGIN PRIVATE KEY-----\nCANARYQ7Z2\n-----END PRIVATE KEY-----",
        "-----BEGIN RSA PRIVATE KEY-----\nCANARYQ7Z2",
        "password=CANARYQ7Z2",
        "REDIS_PASSWORD=CANARYQ7Z2",
        "X-Api-Key: CANARYQ7Z2",
        "Passphrase: CANARYQ7Z2, Bearer",
        "BEARER CANARYQ7Z2aaaa",
        "stored_CREDENTIAL=CANARYQ7Z2",
        "{\"client_secret\": \"CANARYQ7Z2\"}",
        "aws_secret_access_key = CANARYQ7Z2/abc+def",
        "https://host/x?token=CANARYQ7Z2aaaa&b=1",
        "eyJCANARYQ7Z2aa.eyJzdWIiOiIxIn0.c2ln",
        "password=\"two words CANARYQ7Z2\", and more",
        "password='two words CANARYQ7Z2'",
        "{\"password\":\"with \\\"quotes\\\" CANARYQ7Z2\"}",
        "\"{\\\"password\\\":\\\"two words CANARYQ7Z2\\\"}\"",
        "&quot;password&quot;: &quot;two words CANARYQ7Z2&quot;",
        "password: \"never closed CANARYQ7Z2\nnext line",
        "{\"password\": {\"value\": \"CANARYQ7Z2\", \"n\": [1]}}",
        "{\"credentials\": [\"one\", \"CANARYQ7Z2\"]}",
        "Server=db;User=sa;Pwd=CANARYQ7Z2;",
        "pwd: CANARYQ7Z2",
        "password%3DCANARYQ7Z2",
        "api_key := CANARYQ7Z2",
        "'api-key' => 'CANARYQ7Z2'",
        "PASSWORD=\\\"CANARYQ7Z2\\\"",
        "signingKey=CANARYQ7Z2",
        "authToken: CANARYQ7Z2",
        "oauth_access_token=CANARYQ7Z2",
        "{\"id_token\":\"CANARYQ7Z2\"}",
        "token=\"CANARYQ7Z2aaaa\"",
        "{\"authorization\":\"Basic CANARYQ7Z2\"}",
        "{\\\"authorization\\\":\\\"Basic CANARYQ7Z2\\\"}",
        "-----BEGIN PGP PRIVATE KEY BLOCK-----\nCANARYQ7Z2\n-----END PGP PRIVATE KEY BLOCK-----",
        "-----BEGIN USER NKEY SEED-----\nCANARYQ7Z2\n------END USER NKEY SEED------",
        "\"-----BEGIN PRIVATE KEY-----\\nCANARYQ7Z2\\n-----END PRIVATE KEY-----\\n\"",
        "github_pat_CANARYQ7Z2aaaaaaaaaaaa",
        "glpat-CANARYQ7Z2aaaaaaaaaa",
        "xoxb-CANARYQ7Z2-aaaa",
        "xoxp-CANARYQ7Z2-aaaa",
        "sk-CANARYQ7Z2aaaaaaaa",
        "sk-proj-aaaaaaaa-CANARYQ7Z2",
        "sk-ant-api03-aaaaaaaa-CANARYQ7Z2",
        "AIzaCANARYQ7Z2aaaaaaaaaaaaaaaaaaaaaaaaa",
        "AKIACANARYQ7Z2AAAAAA",
        "npm_CANARYQ7Z2aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "said \\nghp_CANARYQ7Z2aaaaaaaaaa",
        "https://host/x?next=%20ghp_CANARYQ7Z2aaaaaaaaaa",
      })
  void masksWhatHasTheShapeOfACredential(String text) {
    assertThat(redaction.text(text)).doesNotContain(CANARY).contains("***");
  }

  @Test
  void leavesWhatStandsAround() {
    assertThat(redaction.text("a password=\"two words\", and pwd: it, \"api_key\": \"x\"."))
        .isEqualTo("a password=\"***\", and pwd: ***, \"api_key\": \"***\".");
    assertThat(redaction.text("{\"credentials\":[{\"a\":\"]\"},2],\"n\":1}"))
        .isEqualTo("{\"credentials\":***,\"n\":1}");
    assertThat(redaction.text("redis://u:p@h:1/0 and http://h:80/x,\"y@z\""))
        .isEqualTo("redis://u:***@h:1/0 and http://h:80/x,\"y@z\"");
    assertThat(redaction.text("x -----BEGIN PRIVATE KEY-----\nMII\n-----END PRIVATE KEY----- y"))
        .isEqualTo("x *** y");
  }

  @Test
  void masksTheUserOfARegistryAndNoOtherAuth() {
    String config = "{\"auths\":{\"r.example\":{\"auth\":\"%s\"}}}";

    assertThat(redaction.text(config.formatted("dXNlcjpDQU5BUlk=")))
        .isEqualTo(config.formatted("***"));
    assertThat(redaction.text(config.formatted("required")))
        .isEqualTo(config.formatted("required"));
    assertThat(redaction.facts(Map.of("auth", "dXNlcjpDQU5BUlk="))).containsEntry("auth", "***");
    assertThat(redaction.facts(Map.of("auth", "required"))).containsEntry("auth", "required");
  }

  @Test
  void masksAllThatStandsUnderTheNameOfASecret() {
    Map<String, Object> facts =
        Map.of(
            "password",
            Map.of("value", CANARY),
            "credentials",
            List.of(CANARY, Map.of("x", CANARY)),
            "api_key",
            1_234_567L,
            "password_set",
            true,
            "secretary",
            "Ann",
            "input_tokens",
            12L);

    assertThat(redaction.facts(facts))
        .containsOnly(
            Map.entry("password", "***"),
            Map.entry("credentials", "***"),
            Map.entry("api_key", "***"),
            Map.entry("password_set", true),
            Map.entry("secretary", "Ann"),
            Map.entry("input_tokens", 12L));
  }

  @Test
  void masksKeysOfCloudAndMessagingByTheirPrefix() {
    String text =
        "AKIAIOSFODNN7EXAMPLE ghp_%s SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY"
            .formatted("a1".repeat(18));

    assertThat(redaction.text(text)).isEqualTo("*** *** ***");
  }

  @Test
  void masksConfiguredValuesPlainAndUrlEncoded() {
    String text = "s3cr3t&value and s3cr3t%26value";

    assertThat(redaction.text(text)).isEqualTo("*** and ***");
  }

  @Test
  void masksWhatIsConfiguredAsJsonSpellsIt() {
    var quoted = SecretRedactor.of(List.of("a\"secret\\of/some"));

    assertThat(quoted.text("{\"x\": \"a\\\"secret\\\\of/some\"}")).isEqualTo("{\"x\": \"***\"}");
  }

  @Test
  void whatIsPrintedLosesSecretsAndKeepsItsStructure() {
    var known = SecretRedactor.of(List.of("s3cr3t&value", "12345"));
    String json = "{\"password_set\":true,\"hash\":\"a12345f\",\"said\":\"s3cr3t&value is wrong\"}";

    assertThat(known.printed(json))
        .isEqualTo("{\"password_set\":true,\"hash\":\"a12345f\",\"said\":\"*** is wrong\"}");
    assertThat(known.printed("401 for eyJhbGciOiJI.eyJzdWIiOiIx.c2ln")).isEqualTo("401 for ***");
  }

  @Test
  void masksByNameAndAtAnyDepthAndInKeys() {
    Map<String, Object> facts =
        Map.of(
            "password",
            CANARY,
            "deep",
            List.of(Map.of("url", "redis://u:" + CANARY + "@h", "secretKey", CANARY)),
            "redis://u:" + CANARY + "@h",
            1,
            "redis://u:other@h",
            2);

    Map<String, Object> masked = redaction.facts(facts);

    assertThat(masked.toString()).doesNotContain(CANARY).doesNotContain("other");
    assertThat(masked).hasSize(4).containsEntry("password", "***");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "token bucket 300 per 60 s, burst 50",
        "6/6 nodes confirmed, epoch 7, digest 5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f5f",
        "gateway/shop/gw-03 http://127.0.0.1:8080/v1/decide",
        "s3://bucket/checkpoints/ab12.json read back",
        "abc is too short to be looked for",
        "{\"key\":[\"tenant\"],\"algorithm\":\"token-bucket\",\"max_tokens\":300}",
        "match.key tenant -> api-key, window 1m -> 5m",
        "the key: ip, for each client",
        "limited by api-key and by jwt claim sub",
        "token: bucket",
        "a token bucket: 300 per 60 s; tokens: 12",
        "secretary: Ann, secretariat = Bonn, passwordless: yes",
        "pass: 12, passed=3; by rule auto",
        "arch-2026-11-24-rate-limit-001 sk-slovakia-region-policy risk-2026-11-26-0123456789",
        "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "YWN0aXZlIGlzIG1vdmVkIHRvIGVwb2NoIDc= is Base64 of a sentence",
        "traceparent 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "3f2504e0-4f89-11d3-9a0c-0305e82c3301 and 01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----",
        "http://127.0.0.1:8080/v1/decide?tenant=acme&route=/a:b@c",
        "{\"auth\": \"required\", \"author\": \"ann\"}",
        "SAXONY and SCOTLAND, AKIA, xoxo, skip, task-12345678901234567890",
        "the bearer of it",
        "\\u0041\\n 100% of 20 %25 &amp; &#34;x&#34; a+b",
      })
  void leavesOrdinaryTextAlone(String text) {
    assertThat(redaction.text(text)).isEqualTo(text);
  }

  /** As many as a log has of each, none of them special. */
  @Test
  void leavesDigestsAndIdsAlone() {
    var known = SecretRedactor.of(List.of("PlainOldSecret-77", "cnry/0a1b2c3d4e5f+x", "abcd"));
    SeededLoop.run(
        2_000,
        (_, random) -> {
          byte[] bytes = new byte[32];
          random.nextBytes(bytes);
          String hex = HexFormat.of().formatHex(bytes);
          String text =
              hex.replace("abcd", "abce") + " " + Base64.getEncoder().encodeToString(bytes);

          assertThat(redaction.text(hex)).isEqualTo(hex);
          assertThat(known.printed(text)).isEqualTo(text);
        });
  }

  @Test
  void findsTheCanaryWhereverItStands() {
    SeededLoop.run(
        300,
        (_, random) -> {
          int before = random.nextInt(200);
          int after = random.nextInt(200);
          String text =
              "é ".repeat(before)
                  + " redis://u:"
                  + CANARY
                  + "@h s3cr3t&value"
                  + "/x ".repeat(after);

          assertThat(redaction.text(text)).doesNotContain(CANARY).doesNotContain("s3cr3t");
        });
  }
}
