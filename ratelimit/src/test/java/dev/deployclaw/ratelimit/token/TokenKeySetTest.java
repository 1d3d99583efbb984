package dev.deployclaw.ratelimit.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.jose4j.jwk.JsonWebKey.OutputControlLevel;
import org.junit.jupiter.api.Test;

class TokenKeySetTest {
  private static final Issuer ISSUER = Issuer.ofEachKind().secret("shared");

  @Test
  void eachKeyHasOneAlgorithm() {
    var keys = TokenKeySet.parse(ISSUER.keySet(), List.of("RS256", "ES256", "EdDSA", "HS256"));

    assertThat(keys.keys())
        .extracting(TokenKey::algorithm)
        .containsExactly("RS256", "ES256", "EdDSA", "HS256");
    assertThat(keys.unused()).isEmpty();
    assertThat(keys.key(Optional.of("rsa"), "HS256")).isEmpty();
    assertThat(keys.key(Optional.of("ec"), "RS256")).isEmpty();
    assertThat(keys.key(Optional.empty(), "EdDSA")).isPresent();
  }

  @Test
  void aSecretIsUsedOnlyWhereHmacIsAccepted() {
    var keys = TokenKeySet.parse(ISSUER.keySet(), TokenSettings.USUAL);

    assertThat(keys.keys()).hasSize(3);
    assertThat(keys.unused()).containsExactly("keys[3] is for HS256, which isn't accepted");
  }

  @Test
  void saysWhyKeysAreLeftOut() {
    String whole = ISSUER.key("rsa").toJson(OutputControlLevel.INCLUDE_PRIVATE);
    String usable = ISSUER.keySet("ec").replace("{\"keys\":[", "").replace("]}", "");
    String text =
        "{\"keys\":[%s,%s,{\"kty\":\"XYZ\"},7,%s,%s]}"
            .formatted(
                whole,
                usable,
                usable.replace("{", "{\"use\":\"enc\","),
                usable.replace("{", "{\"alg\":\"RS256\","));

    var keys = TokenKeySet.parse(text, TokenSettings.USUAL);

    assertThat(keys.keys()).hasSize(1);
    assertThat(keys.unused())
        .containsExactly(
            "keys[0] holds a private key, which belongs to the issuer alone",
            "keys[2] isn't a readable key",
            "keys[3] isn't an object",
            "keys[4] is not for signatures",
            "keys[5] names no algorithm for this type of key: RS256");
    assertThat(keys.toString()).doesNotContain("\"d\"");
  }

  @Test
  void refusesWhatIsNoSet() {
    for (String text : List.of("", "[]", "{}", "{\"keys\":[]}", "{\"keys\":7}", "<html>")) {
      assertThatThrownBy(() -> TokenKeySet.parse(text, TokenSettings.USUAL))
          .as(text)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
