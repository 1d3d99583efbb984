package dev.deployclaw.core.language.time;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.ClarificationQuestion;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.NameInventoryFile;
import dev.deployclaw.core.language.lexer.EstateNames;
import dev.deployclaw.core.language.lexer.RequestLexer;
import dev.deployclaw.core.language.lexer.Token;
import dev.deployclaw.core.language.lexer.Token.Kind;
import dev.deployclaw.core.language.value.OpenQuestions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each form of a time, and what looks like it but is asked about. Now is a Sunday at noon. */
class TimeReaderTest {
  private static final ZonedDateTime NOW =
      Instant.parse("2026-11-29T12:00:00Z").atZone(ZoneOffset.UTC);

  /** A tenant and a label have names of cities. */
  private static final NameInventory NAMES =
      NameInventoryFile.read(
              Map.of(
                  "tenants",
                  Map.of("contoso", Map.of("region", "oslo"), "lisbon", Map.of()),
                  "services",
                  List.of("orders")))
          .inventory();

  static List<String[]> forms() throws IOException {
    try (var in = TimeReaderTest.class.getResourceAsStream("forms.txt")) {
      String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines()
          .filter(l -> !l.isBlank() && !l.startsWith("#"))
          .map(l -> l.split(" \\| ", -1))
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("forms")
  void areReadOrAskedAbout(String words, String meant) {
    assertThat(read(words)).isEqualTo(meant);
  }

  /** A zone that isn't clear is asked for in its own words, with ids to choose from. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          tomorrow 9am IST                | IST             | Asia/Kolkata Europe/Dublin Asia/Jerusalem
          tomorrow 9am Portland time      | Portland time   | America/Los_Angeles America/New_York
          tomorrow at 9am in Georgia      | in Georgia      | Asia/Tbilisi America/New_York
          until 14:00 lisbon              | lisbon          | Europe/Lisbon
          tomorrow 9am Oslo time          | Oslo time       | Europe/Oslo
          tomorrow at 9am in Springfield  | in Springfield  | ''
          """)
  void offerTheZonesOfAPlace(String words, String place, String zones) {
    var asked = questions(words).getFirst();

    assertThat(asked.text()).startsWith("\"" + place + "\": ");
    assertThat(String.join(" ", asked.choices())).isEqualTo(zones);
    assertThat(asked.suggestion().map(TimeReaderTest::read).filter(s -> s.startsWith("?")))
        .isEmpty();
  }

  private static String read(String words) {
    var questions = new OpenQuestions();
    var line =
        new TimeReader(words, NOW, questions)
            .read(RequestLexer.read(words, new EstateNames(NAMES)));
    return questions.questions().isEmpty()
        ? line.tokens().stream()
            .flatMap(t -> t.each(Kind.INSTANT))
            .map(Token::text)
            .collect(Collectors.joining(" "))
        : questions.questions().stream().map(q -> "? " + q.text()).collect(Collectors.joining(" "));
  }

  private static List<ClarificationQuestion> questions(String words) {
    var questions = new OpenQuestions();
    var names = new EstateNames(NAMES);
    var _ = new TimeReader(words, NOW, questions).read(RequestLexer.read(words, names));
    return questions.questions();
  }
}
