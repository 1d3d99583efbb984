package dev.deployclaw.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.SeededLoop;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each text carries the canary where a secret would be. */
class RedactionTest {
  private static final String CANARY = "CANARYQ7Z2";
  private final Redaction redaction = Redaction.of(List.of("s3cr3t&value", "abc"));

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
      })
  void masksWhatHasTheShapeOfACredential(String text) {
    assertThat(redaction.text(text)).doesNotContain(CANARY).contains("***");
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
    var quoted = Redaction.of(List.of("a\"secret\\of/some"));

    assertThat(quoted.text("{\"x\": \"a\\\"secret\\\\of/some\"}")).isEqualTo("{\"x\": \"***\"}");
  }

  @Test
  void whatIsPrintedLosesSecretsAndKeepsItsStructure() {
    var known = Redaction.of(List.of("s3cr3t&value", "12345"));
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
      })
  void leavesOrdinaryTextAlone(String text) {
    assertThat(redaction.text(text)).isEqualTo(text);
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
