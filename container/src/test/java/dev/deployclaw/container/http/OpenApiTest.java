package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The API's description against the API. */
class OpenApiTest {
  @TempDir Path folder;

  private Served served;
  private Map<?, ?> document;

  @BeforeEach
  void start() throws Exception {
    served = Served.start(folder);
    var text = served.get("/v1/openapi.yaml", "").body();
    document = map(new Load(LoadSettings.builder().build()).loadFromString(text));
  }

  @AfterEach
  void stop() {
    served.close();
  }

  @Test
  void describesEveryRouteAndNoOther() {
    var described = new TreeSet<String>();
    operations().forEach(o -> described.add(o.method() + " " + o.path()));

    assertThat(described)
        .containsExactlyInAnyOrderElementsOf(
            served.api.routes().stream().map(r -> r.method() + " " + r.path()).toList());
  }

  @Test
  void describesTheRoleThatEachRouteNeeds() {
    for (var route : served.api.routes()) {
      var operation =
          operations().stream()
              .filter(o -> o.method().equals(route.method()) && o.path().equals(route.path()))
              .findFirst()
              .orElseThrow();

      assertThat(Optional.ofNullable(operation.fields().get("x-role")).map(String::valueOf))
          .as(route.path())
          .isEqualTo(route.needs().map(r -> r.word()));
      if (route.needs().isEmpty()) {
        assertThat(operation.fields().get("security")).as(route.path()).isEqualTo(List.of());
      }
    }
  }

  @Test
  void isServedAsDescribed() {
    for (var operation : operations()) {
      var path = operation.path().replace("{id}", "arch-none");
      var answer =
          operation.method().equals("GET")
              ? served.get(path, Served.BOTH)
              : served.post(path, Served.BOTH, "{}");

      assertThat(map(operation.fields().get("responses")).keySet())
          .as(operation.method() + " " + path + ": " + answer.body())
          .extracting(String::valueOf)
          .contains(Integer.toString(answer.status()));
      assertThat(answer.status()).isNotEqualTo(405);
    }
  }

  @Test
  void refersOnlyToWhatIsThere() {
    var references = new ArrayList<String>();
    collect(document, references);

    assertThat(references).isNotEmpty().allMatch(r -> r.startsWith("#/"));
    for (var reference : references) {
      var at = (Object) document;
      for (var part : List.of(reference.substring(2).split("/", -1))) {
        at = Objects.requireNonNull(map(at).get(part), reference);
      }
    }
  }

  private record Described(String method, String path, Map<?, ?> fields) {}

  private List<Described> operations() {
    var out = new ArrayList<Described>();
    map(document.get("paths"))
        .forEach((path, methods) ->
            map(methods)
                .forEach((method, fields) ->
                    out.add(
                        new Described(
                            String.valueOf(method).toUpperCase(Locale.ROOT),
                            String.valueOf(path),
                            map(fields)))));
    return out;
  }

  private static void collect(Object node, List<String> into) {
    if (node instanceof Map<?, ?> map) {
      map.forEach((key, value) -> {
        if (key.equals("$ref")) {
          into.add(String.valueOf(value));
        } else {
          collect(value, into);
        }
      });
    } else if (node instanceof List<?> list) {
      list.forEach(item -> collect(item, into));
    }
  }

  private static Map<?, ?> map(@Nullable Object node) {
    return (Map<?, ?>) Objects.requireNonNull(node);
  }
}
