package dev.deployclaw.policy.match;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoutePatternTest {
  @ParameterizedTest
  @CsvSource({
    "/search, /search, true",
    "/search, /search/x, true",
    "/search, /searching, false",
    "/search, /a/search, false",
    "/, /anything, true",
    "/a/, /a/b, true",
    "/a/, /a, false",
    "*, /, true",
    "/a/*, /a/b/c, true",
    "/a/*, /a, false",
    "/*/items, /v2/items, true",
    "/*/items, /v2/x/items, true",
    "/*/items, /v2/items/7, false",
    "/a*b*c, /aXbYbZc, true",
    "/a*b*c, /aXbYbZ, false",
    "/a**, /a, true",
  })
  void covers(String pattern, String path, boolean expected) {
    assertThat(new RoutePattern(pattern).covers(path)).isEqualTo(expected);
  }

  @Test
  void putsTheMostSpecificFirst() {
    var order =
        Stream.of("*", "/", "/*", "/search", "/search*", "/search/*", "/search/x")
            .map(RoutePattern::new)
            .sorted(RoutePattern.MOST_SPECIFIC_FIRST)
            .map(RoutePattern::text);

    assertThat(order)
        .containsExactlyElementsOf(
            List.of("/search/x", "/search/*", "/search", "/search*", "/", "/*", "*"));
  }

  @ParameterizedTest
  @CsvSource({
    "/search?q=1, /search",
    "/search#x, /search",
    "//search//x, /search/x",
    "/a/../search, /search",
    "/a/./b/, /a/b/",
    "/../.., /",
    "/%73earch, /search",
    "/%2e%2E/x, /x",
    "/a%2fb, /a/b",
    "/caf%C3%A9, /café",
    "/%2570, /%70",
    "/%3Fx?y, /?x",
    "/100%, /100%",
    "'', /",
  })
  void givesAPathOneSpelling(String uri, String path) {
    assertThat(RequestShape.ofUri("s", uri, "GET").path()).isEqualTo(path);
  }

  @Test
  void includesOnlyPatternsThatCoverNoMore() {
    var random = new Random(3);
    int claims = 0;
    for (int i = 0; i < 20_000; i++) {
      var wide = new RoutePattern("/" + word(random, "/ab*"));
      var narrow = new RoutePattern("/" + word(random, "/ab*"));
      String path = "/" + word(random, "/ab");
      if (wide.includes(narrow)) {
        claims++;
        assertThat(narrow.covers(path) && !wide.covers(path))
            .as("%s includes %s: %s", wide.text(), narrow.text(), path)
            .isFalse();
      }
    }
    assertThat(claims).isGreaterThan(1_000);
  }

  private static String word(Random random, String letters) {
    return random
        .ints(random.nextInt(5), 0, letters.length())
        .mapToObj(i -> letters.substring(i, i + 1))
        .collect(Collectors.joining());
  }
}
