package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests that nobody types by hand: each gets an answer, none a plan, all of them in the end. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class HardRequestsTest {
  private static final int LONGEST = 2000;
  private static final int RUNS = 100;

  /** Those of the fast tier. */
  private static final int FEW_RUNS = 5;

  private static final long SEED = 20261126;

  static Stream<String> unreadable() {
    return Stream.of(
        "",
        " \t\r\n ",
        "x".repeat(10_000_000),
        "set acme to 20 rps on search ".repeat(100_000),
        new String(noise(4096), StandardCharsets.ISO_8859_1),
        new String(noise(4096), StandardCharsets.UTF_8),
        "\uFEFFset acme to 20 rps on search",
        "set acme to 20 rps on se\u200Barch",
        "set \u202Eemca\u202C to 20 rps on search",
        "set \u0430\u0441m\u0435 to 20 rps on search",
        "set acme to 20 rps on s\u0435arch",
        "s\u0435t acme to 20 rps on search",
        "\u0446 \u0444 \u0449",
        "acme: \u0662\u0660 rps on search",
        "\uD83D",
        "(".repeat(1900),
        "acme ".repeat(390),
        "\u9650\u5236 acme search 20",
        "begrenze acme auf 20 Anfragen pro Sekunde bei search",
        "limita acme a 20 peticiones por segundo en search",
        "null",
        "%s %d %n {} ${jndi:ldap://x/y}",
        "-".repeat(1999));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void neverPlansWhatItCantRead(String request) {
    assertThat(Corpus.ask(request)).isNotInstanceOf(Planned.class);
  }

  /** Among 500 names that are alike, only a whole one is a name; the question stays short. */
  @Test
  void asksAmongManyNamesThatAreAlike() {
    var tenants = new TreeMap<String, Map<String, String>>();
    IntStream.range(0, 500).forEach(i -> tenants.put("tenant-%03d".formatted(i), Map.of()));
    var names =
        NameInventoryFile.read(Map.of("tenants", tenants, "services", List.of("search")))
            .inventory();

    assertThat(Corpus.ask("set tenant-123 to 20 rps on search", names)).isInstanceOf(Planned.class);
    assertThat(Corpus.ask("set tenant-12 to 20 rps on search", names))
        .isInstanceOfSatisfying(
            NeedsClarification.class,
            unclear ->
                assertThat(unclear.texts())
                    .allSatisfy(text -> assertThat(text).hasSizeLessThan(200)));
  }

  /** A rule that backtracks without bound would hang on the words that it is made of. */
  @Slow(
      guard = "dev.deployclaw.core.language.HardRequestsTest#answersRandomSentencesOfItsGrammar",
      because = "it asks with each word of the grammar")
  @Test
  void answersEachWordOfItsGrammarHoweverOftenItIsRepeated() {
    for (String word : grammar()) {
      var request = (word + " ").repeat(LONGEST / (word.length() + 1));

      assertThat(Corpus.ask(request)).isNotNull();
    }
  }

  @Test
  void answersRandomSentencesOfItsGrammar() {
    var random = new Random(SEED);
    var words = List.copyOf(grammar());
    for (int i = 0; i < RUNS; i++) {
      var request = new StringBuilder();
      while (request.length() < LONGEST - 40) {
        request.append(words.get(random.nextInt(words.size()))).append(' ');
      }

      assertThat(Corpus.ask(request.toString())).as("seed %d, run %d", SEED, i).isNotNull();
    }
  }

  @Test
  void givesTheSameBytesEachTime() {
    giveTheSameBytes(FEW_RUNS);
  }

  @Slow(
      guard = "dev.deployclaw.core.language.HardRequestsTest#givesTheSameBytesEachTime",
      because = "it asks six thousand times")
  @Test
  void givesTheSameBytesAHundredTimes() {
    giveTheSameBytes(RUNS);
  }

  private static void giveTheSameBytes(int runs) {
    var requests =
        Corpus.all().stream().filter(Corpus.Case::planned).limit(60).map(Corpus.Case::request);
    for (String request : requests.toList()) {
      Set<String> answers = new HashSet<>();
      for (int i = 0; i < runs; i++) {
        answers.add(bytes(request));
      }

      assertThat(answers).as(request).hasSize(1);
    }
  }

  private static String bytes(String request) {
    return Corpus.ask(request) instanceof Planned(var intent)
        ? CanonicalJson.text(IntentJson.canonical(intent)) + IntentJson.grounding(intent)
        : Corpus.show(Corpus.ask(request));
  }

  private static Set<String> grammar() {
    return Stream.of("lexer/keywords.txt", "lexer/fillers.txt", "grammar/courtesies.txt")
        .map(HardRequestsTest::read)
        .flatMap(text -> Stream.of(text.strip().split("\\s+", -1)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static String read(String resource) {
    try (var in = RequestInterpreter.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] noise(int length) {
    var bytes = new byte[length];
    new Random(SEED).nextBytes(bytes);
    return bytes;
  }
}
