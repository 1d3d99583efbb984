package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.evaluation.EvaluatedCase;
import dev.deployclaw.core.language.evaluation.EvaluatedCase.WrongReading;
import dev.deployclaw.core.language.evaluation.OutcomeText;
import dev.deployclaw.core.language.evaluation.RequestCase;
import dev.deployclaw.core.language.evaluation.RequestEvaluator;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.testkit.Slow;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Ways of saying the same, and what looks like them but isn't. */
class SayingsTest {
  private static final int EIGHTH = 8;
  private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

  static List<RequestCase> sayings() {
    return ReadingDeterminismTest.cases("sayings.txt");
  }

  /** Chosen by the hash of each. */
  static List<RequestCase> anEighth() {
    return sayings().stream().filter(s -> Corpus.isChosen(s.request(), EIGHTH)).toList();
  }

  @ParameterizedTest
  @MethodSource("sayings")
  void comeToWhatTheyMean(RequestCase saying) {
    if (!read(saying).equals(saying.expected())) {
      var came = evaluate(saying);
      assertThat(came.exact()).as("%s, but it came to %s", saying, came.came()).isTrue();
    }
  }

  @ParameterizedTest
  @MethodSource("anEighth")
  void anEighthIsTakenForNothingElse(RequestCase saying) {
    assertTakenForNothingElse(saying);
  }

  @Slow(
      guard = "dev.deployclaw.core.language.SayingsTest#anEighthIsTakenForNothingElse",
      because = "it judges several wrong readings of each of fourteen hundred sayings")
  @ParameterizedTest
  @MethodSource("sayings")
  void areTakenForNothingElse(RequestCase saying) {
    assertTakenForNothingElse(saying);
  }

  private static void assertTakenForNothingElse(RequestCase saying) {
    var came = evaluate(saying);

    assertThat(came.wrong()).as("corrupted readings of it").allMatch(WrongReading::caught);
    assertThat(came.stopped()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          @2026-12-24T12:00:00+01:00                         | true
          @2026-12-24T11:00:00Z                              | true
          @2026-12-24T12:00:00Z                              | false
          @2026-12-24T11:00:00Z ..2026-12-24T13:00:00Z       | false
          @2026-24-12T11:00:00Z                              | false
          """)
  void anInstantIsTheSameInEachOffset(String when, boolean same) {
    String request = "contoso orders 20/s on 24 December at 12:00 CET";
    var saying = new RequestCase(1, "calendar", request, "set-limit contoso orders 20/1 " + when);

    assertThat(evaluate(saying).exact()).isEqualTo(same);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          @2026-11-30T08:00:00Z ..2026-11-30T10:00:00Z      | true
          @2026-11-30T08:00:00Z ~7200                       | true
          @2026-11-30T08:00:00Z ..2026-11-30T10:00:01Z      | false
          ..2026-11-30T10:00:00Z                            | false
          ~7200                                             | false
          """)
  void aStartAndALengthSayTheEnd(String when, boolean same) {
    String request = "block contoso for 2 hours, starting tomorrow 08:00";
    var saying = new RequestCase(1, "calendar", request, "block contoso " + when);

    assertThat(evaluate(saying).exact()).isEqualTo(same);
  }

  @Test
  void aLookCountsAsTheOperationAndAsItsQuestion() {
    String request = "any drift?";

    assertThat(evaluate(new RequestCase(1, "question", request, "question drift")).exact())
        .isTrue();
    assertThat(evaluate(new RequestCase(1, "question", request, "check-drift")).exact()).isTrue();
    var other = evaluate(new RequestCase(1, "question", request, "question limits"));
    assertThat(other.exact()).isFalse();
    assertThat(other.came()).isEqualTo("check-drift");
  }

  /** In the words in which most of what is meant is written. */
  private static String read(RequestCase saying) {
    var request = new TaskRequest(saying.request(), "somebody", NOW);
    return OutcomeText.of(new GrammarInterpreter().read(request, Corpus.SAMPLES));
  }

  private static EvaluatedCase evaluate(RequestCase saying) {
    return new RequestEvaluator(new GrammarInterpreter(), Corpus.SAMPLES, NOW, ZoneOffset.UTC)
        .evaluate(saying);
  }
}
