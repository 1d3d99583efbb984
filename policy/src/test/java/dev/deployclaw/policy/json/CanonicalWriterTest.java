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

class CanonicalWriterTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Test
  void writesASetAsItsTreeIsWritten() throws IOException {
    for (long seed = 0; seed < 100; seed++) {
      byte[] bytes = new RandomPolicies(seed).set(5, 4).bytes();

      assertThat(bytes)
          .as("seed %d", seed)
          .isEqualTo(Canonical.bytes(JSON.readValue(bytes, Map.class)));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "a", "\"", "a\\b", "\n\t\u0001", "\u007f", "é", "\uD83D\uDE80", "\uD83D"})
  void quotesAsTheTreeDoes(String text) {
    assertThat(new CanonicalWriter().text(text).toBytes()).isEqualTo(Canonical.bytes(text));
    assertThat(new CanonicalWriter().beginObject().key(text).flag(true).endObject().toBytes())
        .isEqualTo(Canonical.bytes(Map.of(text, true)));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 7, -7, (1L << 53) - 1, -(1L << 53) + 1})
  void writesNumbersAsTheTreeDoes(long number) {
    assertThat(new CanonicalWriter().number(number).toBytes()).isEqualTo(Canonical.bytes(number));
  }

  @Test
  void separatesValuesAtEveryDepth() {
    byte[] bytes =
        new CanonicalWriter()
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
    assertThat(bytes).isEqualTo(Canonical.bytes(tree));
  }

  @Test
  void refusesKeysOutOfOrderAndNumbersOutOfRange() {
    var twice = new CanonicalWriter().beginObject().key("b").number(1);
    assertThatIllegalArgumentException().isThrownBy(() -> twice.key("b"));
    assertThatIllegalArgumentException().isThrownBy(() -> twice.key("a"));
    assertThatIllegalArgumentException().isThrownBy(() -> new CanonicalWriter().number(1L << 53));
  }
}
