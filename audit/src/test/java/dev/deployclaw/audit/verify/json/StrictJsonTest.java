package dev.deployclaw.audit.verify.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.SeededLoop;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StrictJsonTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "{\"a\":1,\"a\":1}",
        "{a:1}",
        "'a'",
        "01",
        "-0",
        "1.0",
        "1.50",
        "1e3",
        "1E3",
        "1.5e1",
        ".5",
        "5.",
        "+1",
        "-",
        "NaN",
        "tru",
        "nulll",
        "1 2",
        "9007199254740992",
        "99999999999999999999",
        "\"\\x\"",
        "\"\\u12g4\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\"",
        "\"a\nb\"",
        "\"open",
        "[",
        "]",
        "// c\n1",
        "\"\\u١234\""
      })
  void refusesWhatIsntStrict(String text) {
    assertThatThrownBy(() -> StrictJson.parse(bytes(text)))
        .isInstanceOf(StrictJson.Malformed.class);
  }

  @Test
  void refusesWhatIsntUtf8AndWhatIsTooDeep() {
    assertThatThrownBy(() -> StrictJson.parse(new byte[] {'"', (byte) 0xc0, (byte) 0x80, '"'}))
        .isInstanceOf(StrictJson.Malformed.class);
    assertThatThrownBy(() -> StrictJson.parse(bytes("[".repeat(10_000))))
        .isInstanceOf(StrictJson.Malformed.class);
  }

  @Test
  void readsEveryKindOfValue() throws Exception {
    String text =
        " {\"a\" : [ -1 , 0.25, true,false,null ],\r\n\t\"\\u00e9\\n\":\"\\ud83d\\ude00\"} ";

    assertThat(JsonFormatter.canonical(StrictJson.parse(bytes(text))))
        .isEqualTo("{\"a\":[-1,0.25,true,false,null],\"é\\n\":\"😀\"}");
  }

  @Test
  void writesTheSameCanonicalFormAsThePolicyModule() {
    SeededLoop.run(
        500,
        (_, random) -> {
          Object value = value(random, 0);
          byte[] canonical = CanonicalJson.bytes(value);

          assertThat(JsonFormatter.canonical(value)).isEqualTo(CanonicalJson.text(value));
          assertThat(JsonFormatter.canonical(StrictJson.parse(canonical)))
              .isEqualTo(CanonicalJson.text(value));
          assertThat(JsonFormatter.canonical(StrictJson.parse(bytes(JsonFormatter.pretty(value)))))
              .isEqualTo(CanonicalJson.text(value));
        });
  }

  @ParameterizedTest
  @CsvSource({"3412000, 6, 3.412", "18000, 3, 18", "1, 6, 0.000001", "0, 3, 0", "1250, 3, 1.25"})
  void derivesDecimalsInTheirShortestForm(long micros, int scale, String expected) {
    assertThat(JsonFormatter.canonical(JsonFormatter.decimal(micros, scale))).isEqualTo(expected);
  }

  private static Object value(RandomGenerator random, int depth) {
    return switch (random.nextInt(depth > 4 ? 3 : 5)) {
      case 0 -> random.nextLong(-(1L << 53) + 1, 1L << 53);
      case 1 -> text(random);
      case 2 -> random.nextBoolean();
      case 3 -> {
        List<Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(value(random, depth + 1));
        }
        yield list;
      }
      default -> {
        Map<String, Object> map = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          map.put(text(random), value(random, depth + 1));
        }
        yield map;
      }
    };
  }

  private static String text(RandomGenerator random) {
    var out = new StringBuilder();
    for (int i = random.nextInt(8); i > 0; i--) {
      int point = random.nextInt(3) == 0 ? random.nextInt(0x110000) : random.nextInt(0x80);
      boolean half = point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
      out.appendCodePoint(half ? 'x' : point);
    }
    return out.toString();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
