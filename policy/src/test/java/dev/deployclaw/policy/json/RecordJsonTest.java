package dev.deployclaw.policy.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecordJsonTest {
  enum Colour {
    DARK_RED;

    @JsonValue
    String word() {
      return "dark-red";
    }
  }

  record Inner(int number, Optional<String> note) {}

  record Outer(
      String lastName,
      long atMillis,
      Optional<Long> mostP99Micros,
      @JsonProperty("plan") String planHash,
      Colour colour,
      Optional<Inner> inner,
      List<Inner> all) {
    public String getSomethingElse() {
      return "no component, no key";
    }

    public boolean isFit() {
      return true;
    }
  }

  @Test
  void hasAKeyForEachComponentInTheirOrder() throws Exception {
    var inner = new Inner(2, Optional.of("two"));
    var outer =
        new Outer(
            "Ä\u001f",
            7,
            Optional.of(9L),
            "p",
            Colour.DARK_RED,
            Optional.of(inner),
            List.of(inner, new Inner(3, Optional.empty())));

    assertThat(RecordJson.MAPPER.writeValueAsString(outer))
        .startsWith(
            """
            {"last_name":"Ä\\u001F","at_ms":7,"most_p99_us":9,"plan":"p","colour":"dark-red",\
            "inner":{"number":2,"note":"two"},"all":[\
            """);
    assertThat(text(outer))
        .isEqualTo(
            """
            {"all":[{"note":"two","number":2},{"number":3}],"at_ms":7,"colour":"dark-red",\
            "inner":{"note":"two","number":2},"last_name":"Ä\\u001f","most_p99_us":9,"plan":"p"}\
            """);
  }

  @Test
  void leavesOutWhatIsAbsent() {
    var outer =
        new Outer("a", 7, Optional.empty(), "p", Colour.DARK_RED, Optional.empty(), List.of());

    assertThat(text(outer))
        .isEqualTo(
            "{\"all\":[],\"at_ms\":7,\"colour\":\"dark-red\",\"last_name\":\"a\",\"plan\":\"p\"}");
  }

  private static String text(Record source) {
    return new String(RecordJson.canonical(source), StandardCharsets.UTF_8);
  }
}
