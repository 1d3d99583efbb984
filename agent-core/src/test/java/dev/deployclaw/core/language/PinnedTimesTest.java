package dev.deployclaw.core.language;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.language.Interpretation.NeedsClarification;
import dev.deployclaw.core.language.Interpretation.Planned;
import dev.deployclaw.core.language.interpreter.GrammarInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Calendar times: what they come to, that they stay it, and what is asked. */
class PinnedTimesTest {
  private static final Instant FRIDAY = Instant.parse("2026-11-27T12:00:00Z");
  private static final int RUNS = 100;

  /** A change that begins tomorrow begins tomorrow, however late it is planned again. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "contoso 20 rps on orders from tomorrow 9am until Monday 18:00",
        "tomorrow at noon, double contoso on orders",
        "contoso 20 rps on orders over the weekend",
        "halve contoso on orders in 10 minutes",
        "contoso 20 rps on orders from midnight until the end of the month",
        "contoso 20 rps on orders from tomorrow 9am Europe/Berlin until Monday EOD",
        "20 minutes from now block contoso and set fabrikam to 30 rps on orders",
        "starting 1 December at 08:00 CET contoso 20 rps on orders until end of day tomorrow",
        "contoso 20 rps on orders from 2026-12-24T08:00:00Z",
        "on Dec 3 at 7:30 pm block contoso for 2 hours"
      })
  void meanTheSameWhenReadAgain(String request) {
    var first = read(request, FRIDAY, "UTC");
    if (!(first instanceof Planned(var intent))) {
      assertThat(request).contains("until end of day tomorrow");
      return;
    }
    String pinned = PinnedTimes.of(request, intent);
    var start = OffsetDateTime.parse(intent.schedule().startAt().orElseThrow()).toInstant();

    assertThat(read(pinned, start, "UTC"))
        .isInstanceOfSatisfying(
            Planned.class,
            again -> {
              assertThat(again.intent().schedule()).isEqualTo(intent.schedule());
              assertThat(again.intent().changes()).isEqualTo(intent.changes());
            });
  }

  @ParameterizedTest
  @CsvSource({
    "from tomorrow 9am, Europe/Berlin, 2026-11-28T09:00:00+01:00",
    "from tomorrow 9am UTC, Europe/Berlin, 2026-11-28T09:00:00Z",
    "from tomorrow 9am CET, UTC, 2026-11-28T09:00:00+01:00",
    "from 29 February 2028 at noon, UTC, 2028-02-29T12:00:00Z",
    "from 18:00, America/New_York, 2026-11-27T18:00:00-05:00",
    "from tomorrow 9am Europe/Berlin, UTC, 2026-11-28T09:00:00+01:00",
    "from midnight, UTC, 2026-11-28T00:00:00Z",
    "in 10 minutes, UTC, 2026-11-27T12:10:00Z",
    "20 minutes from now, UTC, 2026-11-27T12:20:00Z",
    "from the end of the month, UTC, 2026-12-01T00:00:00Z",
    "from the end of next month, Europe/Berlin, 2027-01-01T00:00:00+01:00",
    "from year end, UTC, 2027-01-01T00:00:00Z",
    "from EOD Friday, UTC, 2026-11-28T00:00:00Z",
    "from Monday eod, UTC, 2026-12-01T00:00:00Z",
    "over the weekend, UTC, 2026-11-28T00:00:00Z",
  })
  void haveAZone(String when, String zone, String start) {
    assertThat(read("contoso 20 rps on orders " + when, FRIDAY, zone))
        .isInstanceOfSatisfying(
            Planned.class,
            plan ->
                assertThat(OffsetDateTime.parse(plan.intent().schedule().startAt().orElseThrow()))
                    .isEqualTo(OffsetDateTime.parse(start)));
  }

  /**
   * Past, skipped or repeated by a clock change, in no calendar, in no zone, or in two readings.
   */
  @ParameterizedTest
  @CsvSource({
    "from 9am, UTC",
    "from 29 February 2027 at noon, UTC",
    "from 31 November at noon, UTC",
    "from 1 January 9999 at noon, UTC",
    "from 28 March 2027 02:30, Europe/Berlin",
    "from 31 October 2027 02:30, Europe/Berlin",
    "until Friday 18:00, UTC",
    "until Friday, UTC",
    "from tomorrow at 9, UTC",
    "from tomorrow 25:00, UTC",
    "from tomorrow 13pm, UTC",
    "from tomorrow 9am Mars time, UTC",
    "from tomorrow 18:00 until tomorrow 12:00, UTC",
    "every Monday from 9am, UTC",
    "on weekends, UTC",
    "next Friday 18:00, UTC",
    "next Monday 9am, UTC",
    "until the end of the week, UTC",
    "until Monday midnight, UTC",
    "until 9999-12-31T00:00:00Z, UTC",
    "from 2027-02-29T00:00:00Z, UTC",
    "every day, UTC",
    "every night from 9am, UTC",
    "on weekdays, UTC",
    "from tomorrow 9am for 2 hours until Monday 9am, UTC",
    "from tomorrow 9am until further notice for 2 hours, UTC",
    "from Monday 9am and starting Monday 10:00, UTC",
    "from 28 March 2027 02:30 Europe/Berlin, UTC",
  })
  void areAskedAboutWhereTheyAreUnclear(String when, String zone) {
    assertThat(read("contoso 20 rps on orders " + when, FRIDAY, zone))
        .isInstanceOf(NeedsClarification.class);
  }

  /** What is suggested is understood as it stands. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "contoso 20 rps on orders until Monday",
        "contoso 20 rps on orders from tomorrow",
        "tomorrow at 9 limit contoso to 20 rps on orders",
        "from 9am contoso 20 rps on orders",
        "crank contoso to 20 rps on orders"
      })
  void areSuggestedInAFormThatIsUnderstood(String request) {
    var unclear = (NeedsClarification) read(request, FRIDAY, "UTC");

    String suggestion = unclear.questions().getFirst().suggestion().orElseThrow();
    assertThat(read(suggestion, FRIDAY, "UTC")).isInstanceOf(Planned.class);
  }

  /** Two readings are two choices, each an instant. */
  @ParameterizedTest
  @CsvSource({
    "from next Monday 9am, 2026-11-30T09:00:00Z, 2026-12-07T09:00:00Z",
    "until Monday midnight, 2026-11-30T00:00:00Z, 2026-12-01T00:00:00Z",
    "until the end of the week, 2026-11-30T00:00:00Z, 2026-11-28T00:00:00Z",
    "from 31 October 2027 02:30 Europe/Berlin, 2027-10-31T02:30:00+02:00, 2027-10-31T02:30:00+01:00",
  })
  void areAskedWithBothChoices(String when, String first, String second) {
    var unclear = (NeedsClarification) read("contoso 20 rps on orders " + when, FRIDAY, "UTC");

    assertThat(unclear.questions().getFirst().choices()).containsExactly(first, second);
  }

  @Test
  void areForGoodUntilFurtherNotice() {
    assertThat(read("contoso 20 rps on orders until further notice", FRIDAY, "UTC"))
        .isInstanceOfSatisfying(
            Planned.class, plan -> assertThat(plan.intent().schedule().ends()).isFalse());
  }

  @Test
  void giveTheSameEachTime() {
    Set<Object> answers = new HashSet<>();
    for (int i = 0; i < RUNS; i++) {
      answers.add(
          read("contoso 20 rps on orders from tomorrow 9am until Monday 18:00", FRIDAY, "UTC"));
    }

    assertThat(answers).hasSize(1);
  }

  private static Interpretation read(String request, Instant now, String zone) {
    return new GrammarInterpreter(ZoneId.of(zone))
        .read(new TaskRequest(request, "somebody", now), Corpus.SAMPLES);
  }
}
