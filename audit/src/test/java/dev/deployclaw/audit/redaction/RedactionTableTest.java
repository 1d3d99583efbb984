package dev.deployclaw.audit.redaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.SeededLoop;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each known secret, in each spelling, in each place: none may come out of any. */
class RedactionTableTest {
  private static final List<String> SECRETS =
      List.of(
          "PlainOldSecret-77",
          "cnry/0a1b2c3d4e5f+\"x",
          "a\"b\\c/d e%f&g<h>'i=j",
          "\\\\double%25back",
          "schlüssel-日本-🔑-ende",
          "line one of a key\nline two of a key\nline three");

  private static final SecretRedactor KNOWN = SecretRedactor.of(SECRETS);

  /** What a Base64 of something else and a secret keeps of it: bits of a character at each end. */
  private static final int BESIDE = 2;

  /** A place in which text stands, as what is before and behind it. */
  private record Place(String before, String behind) {}

  private static final List<Place> PLACES =
      List.of(
          new Place("", ""),
          new Place("Redis says ", " is wrong"),
          new Place("{\"said\":\"", "\",\"n\":1}"),
          new Place("/v1/x?a=", "&b=2"),
          new Place("<p>", "</p>"),
          new Place("x-by: ", "\r\n"),
          new Place("(", ")"),
          new Place("日本 ", " é"));

  static Stream<String> spelled() {
    return SPELLINGS.keySet().stream();
  }

  private static final Map<String, UnaryOperator<String>> SPELLINGS = spellings();

  private static Map<String, UnaryOperator<String>> spellings() {
    var out = new LinkedHashMap<String, UnaryOperator<String>>();
    out.put("as it is", s -> s);
    out.put("url", RedactionTableTest::url);
    out.put("url, %20", s -> url(s).replace("+", "%20"));
    out.put("url, lower case", s -> lowered(url(s), "%[0-9A-F]{2}"));
    out.put("url, every byte", s -> eachByte(s, "%%%02x"));
    out.put("url, twice", s -> url(url(s).replace("+", "%20")));
    out.put("json", RedactionTableTest::json);
    out.put("json in json", s -> json(json(s)));
    out.put("json, slashes", s -> json(s).replace("/", "\\/"));
    out.put("json, all by number", s -> eachUnit(s, "\\u%04x"));
    out.put("json, all by number, capitals", s -> eachUnit(s, "\\u%04X"));
    out.put("json in json, by number", s -> eachUnit(s, "\\\\u%04x"));
    out.put("json, quotes by number", s -> json(s).replace("\\\"", "\\u0022"));
    out.put("html", RedactionTableTest::html);
    out.put("html, by number", s -> eachPoint(s, "&#%d;"));
    out.put("html, by hex", s -> eachPoint(s, "&#x%x;"));
    out.put("hex", s -> HexFormat.of().formatHex(utf8(s)));
    out.put("hex, capitals", s -> HexFormat.of().withUpperCase().formatHex(utf8(s)));
    out.put("base64", s -> base64("", s));
    out.put("base64, no padding", s -> base64("", s).replace("=", ""));
    out.put("base64, for urls", s -> base64("", s).replace('+', '-').replace('/', '_'));
    out.put("base64, encoded", s -> url(base64("", s)));
    out.put("base64, in json", s -> base64("", s).replace("/", "\\/"));
    out.put("base64, lines", s -> base64("", s).replaceAll("(.{8})", "$1\r\n"));
    out.put("split", s -> split(s, "\n"));
    out.put("split, indented", s -> split(s, "\r\n    "));
    out.put("split, in json", s -> split(json(s), "\\n"));
    out.put("split and encoded", s -> split(url(s), "\n"));
    return out;
  }

  @ParameterizedTest
  @MethodSource("spelled")
  void masksWhatIsKnown(String spelling) {
    for (String secret : SECRETS) {
      String told = SPELLINGS.getOrDefault(spelling, s -> s).apply(secret);
      for (var place : PLACES) {
        String text = place.before + told + place.behind;

        for (String masked : List.of(KNOWN.text(text), KNOWN.printed(text))) {
          assertThat(masked).as(text).startsWith(place.before).endsWith(place.behind);
          String left =
              masked.substring(place.before.length(), masked.length() - place.behind.length());
          assertThat(left).as(text).contains("***");
          assertThat(left.replace("***", "").replaceAll("=|%3D|\\s", ""))
              .as(text)
              .hasSizeLessThanOrEqualTo(spelling.startsWith("base64") ? BESIDE * 2 : 0);
        }
      }
    }
  }

  /** What stands before a secret in Base64 moves its bits. */
  @Test
  void masksBase64OfAUserAndASecretHoweverLongTheUserIs() {
    for (String secret : SECRETS) {
      for (int user = 0; user < 7; user++) {
        for (String behind : List.of("", "\n", "@host")) {
          String before = "u".repeat(user) + ":";
          String header = "authorized by " + base64(before, secret + behind);

          String left = KNOWN.printed(header).replace("authorized by ", "");

          int others = (before.length() + behind.length()) * 4 / 3 + 2 * BESIDE + 2;
          assertThat(left).as(header).contains("***").hasSizeLessThan(others + 3 + BESIDE);
        }
      }
    }
  }

  @Test
  void masksWhatStandsInFactsInEachPlace() {
    for (String secret : SECRETS) {
      SPELLINGS.forEach((name, spelling) -> {
        String told = spelling.apply(secret);
        Map<String, Object> facts =
            Map.of(
                "a", told, "b", List.of("x " + told), "c", Map.of("k" + told, Map.of("d", told)));

        String masked = KNOWN.facts(facts).toString();

        assertThat(masked).as(name).doesNotContain(told);
        assertThat(masked.split("\\*\\*\\*", -1)).as(name).hasSizeGreaterThanOrEqualTo(5);
      });
    }
  }

  @Test
  void aShortSecretIsFoundInARecordAndNotInADigest() {
    var brief = SecretRedactor.of(List.of("ab12"));

    assertThat(brief.text("it is ab12, ab%312, ab\\u00312")).isEqualTo("it is ***, ***, ***");
    assertThat(brief.printed("digest 00ab12ff")).isEqualTo("digest 00ab12ff");
    assertThat(brief.text("YWIxMg")).isEqualTo("YWIxMg");
  }

  @Test
  void whatIsPrintedStaysJson() {
    SeededLoop.run(
        500,
        (_, random) -> {
          var spellings =
              SPELLINGS.entrySet().stream().filter(e -> !e.getKey().startsWith("split")).toList();
          var document = new TreeMap<String, Object>();
          for (int i = 0; i < 4; i++) {
            String secret = SECRETS.get(random.nextInt(SECRETS.size()));
            var spelling = spellings.get(random.nextInt(spellings.size())).getValue();
            document.put("k" + i, "é\\\n\" " + spelling.apply(secret) + " \\ \"n");
          }

          String printed = KNOWN.printed(CanonicalJson.text(document));

          var parsed = parsed(printed);
          assertThat(parsed.keySet()).isEqualTo(document.keySet());
          assertThat(parsed.values()).allSatisfy(v -> assertThat(v.toString()).contains("***"));
        });
  }

  @Test
  void aTextThatWasMadeToCostMuchIsMasked() {
    var greedy = SecretRedactor.of(List.of("a".repeat(300) + "b"));
    String text = "a".repeat(200_000);

    String masked = greedy.text(text);

    assertThat(masked).endsWith("***").hasSizeLessThan(text.length());
    assertThat(greedy.text(text)).isEqualTo(masked);
  }

  private static Map<String, Object> parsed(String json) {
    try {
      return StrictJson.parseObject(json.getBytes(StandardCharsets.UTF_8));
    } catch (StrictJson.Malformed e) {
      throw new AssertionError(json, e);
    }
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String url(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private static String json(String text) {
    String json = CanonicalJson.text(text);
    return json.substring(1, json.length() - 1);
  }

  private static String base64(String before, String text) {
    return Base64.getEncoder().encodeToString(utf8(before + text));
  }

  private static String html(String text) {
    return text.replace("&", "&amp;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }

  private static String lowered(String text, String part) {
    return Pattern.compile(part).matcher(text).replaceAll(m -> m.group().toLowerCase(Locale.ROOT));
  }

  private static String eachByte(String text, String format) {
    byte[] bytes = utf8(text);
    return IntStream.range(0, bytes.length)
        .mapToObj(i -> format.formatted(bytes[i] & 0xff))
        .collect(Collectors.joining());
  }

  private static String eachUnit(String text, String format) {
    return text.chars().mapToObj(format::formatted).collect(Collectors.joining());
  }

  private static String eachPoint(String text, String format) {
    return text.codePoints().mapToObj(format::formatted).collect(Collectors.joining());
  }

  /** Not within a character, nor within the spelling of one. */
  private static String split(String text, String lineEnd) {
    var out = new ArrayList<String>();
    for (String part : text.split("(?<=[a-z0-9] ?)(?=[a-z])", -1)) {
      out.add(part);
    }
    return out.size() < 3
        ? text
        : String.join("", out.subList(0, 2))
            + lineEnd
            + String.join("", out.subList(2, out.size()));
  }
}
