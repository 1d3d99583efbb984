package dev.deployclaw.policy.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.policy.RandomPolicies;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonWriterTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void writesASetAsItsTreeIsWritten() throws IOException {
    for (long seed = 0; seed < 100; seed++) {
      byte[] bytes = new RandomPolicies(seed).set(5, 4).bytes();

      assertThat(bytes)
          .as("seed %d", seed)
          .isEqualTo(CanonicalJson.bytes(JSON.readValue(bytes, Map.class)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "\"", "a\\b", "\n\t\u0001", "\u007f", "é", "\uD83D\uDE80", "\uD83D"})
  void quotesAsTheTreeDoes(String text) {
    assertThat(new CanonicalJsonWriter().text(text).toBytes()).isEqualTo(CanonicalJson.bytes(text));
    assertThat(new CanonicalJsonWriter().beginObject().key(text).flag(true).endObject().toBytes())
        .isEqualTo(CanonicalJson.bytes(Map.of(text, true)));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 7, -7, (1L << 53) - 1, -(1L << 53) + 1})
  void writesNumbersAsTheTreeDoes(long number) {
    assertThat(new CanonicalJsonWriter().number(number).toBytes())
        .isEqualTo(CanonicalJson.bytes(number));
  }

  @Test
  void separatesValuesAtEveryDepth() {
    byte[] bytes =
        new CanonicalJsonWriter()
            .beginArray()
            .beginObject()
            .key("a")
            .beginArray()
            .endArray()
            .key("b")
            .beginObject()
            .endObject()
            .endObject()
            .number(1)
            .text("x")
            .endArray()
            .toBytes();

    var tree = List.of(Map.of("a", List.of(), "b", Map.of()), 1, "x");
    assertThat(bytes).isEqualTo(CanonicalJson.bytes(tree));
  }

  @Test
  void refusesKeysOutOfOrderAndNumbersOutOfRange() {
    var twice = new CanonicalJsonWriter().beginObject().key("b").number(1);
    assertThatIllegalArgumentException().isThrownBy(() -> twice.key("b"));
    assertThatIllegalArgumentException().isThrownBy(() -> twice.key("a"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CanonicalJsonWriter().number(1L << 53));
  }
}
