package dev.deployclaw.audit.view;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.Runs;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.view.ExecutionTimeline.DecisionReason;
import dev.deployclaw.audit.view.ExecutionTimeline.Filter;
import dev.deployclaw.core.log.LogEntry.Phase;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class ExecutionTimelineTest {
  private static final String EVIL =
      "x\n+1.204 s   28 ✓ gate  resumed\u001b[1A\u001b[2K\u009b2J\u202e\u2028 \rnow";

  private static final Pattern HARMLESS =
      Pattern.compile("[\\P{Cntrl}\n&&[^\\u0080-\\u009f\\u2028\\u202e]]*");

  private final List<byte[]> records = RealLogs.sealed(RealLogs.records("canary"));

  @Test
  void tellsDecisionsAndCountsTheRest() {
    String told = ExecutionTimeline.of(records, Filter.DECISIONS);

    assertThat(told)
        .contains("COMPLETED", "Recorded: widened", "Recorded: committed", "policies.check")
        .contains("acme search: requests 1200 -> 1600")
        .doesNotContain("redis.clock");
    assertThat(shown(told) + folded(told)).isEqualTo(records.size());
    assertThat(folded(told)).isGreaterThan(10);
  }

  @Test
  void tellsEverythingWhereItIsAsked() {
    String told =
        ExecutionTimeline.of(records, new Filter(true, Optional.empty(), Optional.empty()));

    assertThat(shown(told)).isEqualTo(records.size());
    assertThat(told).contains("redis.clock").doesNotContain("routine");
  }

  @Test
  void tellsOneTenantsDifferencesAndOnePhase() {
    String hooli =
        ExecutionTimeline.of(records, new Filter(false, Optional.of("hooli"), Optional.empty()));
    String gate =
        ExecutionTimeline.of(records, new Filter(true, Optional.empty(), Optional.of("gate")));

    assertThat(hooli)
        .contains("hooli search: requests 3000 -> 1600")
        .doesNotContain("acme search:");
    assertThat(shown(gate)).isEqualTo(1);
    assertThat(gate).contains("passed by rule auto");
  }

  @Test
  void saysWhatWasNotAskedFor() {
    String gate =
        ExecutionTimeline.of(records, new Filter(false, Optional.empty(), Optional.of("gate")));
    String hooli =
        ExecutionTimeline.of(records, new Filter(false, Optional.of("hooli"), Optional.empty()));

    assertThat(shown(gate) + counted(gate, "not asked for") + folded(gate))
        .isEqualTo(records.size());
    assertThat(counted(gate, "not asked for")).isGreaterThan(10);
    assertThat(hooli).containsPattern("\\d+ differences of other tenants: not requested");
    assertThat(ExecutionTimeline.of(records, Filter.DECISIONS)).doesNotContain("not asked for");
  }

  @Test
  void saysHowManyDifferencesAreNotListed() {
    var facts =
        Map.of(
            "diff",
            List.of(Map.of("tenant", "acme", "field", "blocked", "after", "true")),
            "differences",
            1201);
    var thought = Runs.thought(Runs.ID, 2, "Planning", Phase.PLAN, facts);

    assertThat(ExecutionTimeline.of(Runs.bytes(Runs.seal(List.of(thought))), Filter.DECISIONS))
        .contains("acme: blocked added: true", "of 1201 differences, the first 1 are in the log");
  }

  @Test
  void noTextMakesALineOrMovesTheCursor() {
    var facts =
        Map.<String, Object>of(
            "request", EVIL,
            "approver", EVIL,
            "diff", List.of(Map.of("tenant", EVIL, "field", EVIL, "after", EVIL)));
    var thought = Runs.thought(Runs.ID, 2, EVIL, Phase.PLAN, facts);
    var plain = Runs.thought(Runs.ID, 2, "x", Phase.PLAN, facts);

    for (var record : Runs.bytes(Runs.seal(List.of(thought, plain)))) {
      String told = ExecutionTimeline.of(List.of(record), Filter.DECISIONS);
      var live = new ExecutionTimeline.Live(Filter.DECISIONS).next(record);
      String document = LogTextRenderer.of(ExecutionDocument.of(List.of(record)));

      assertThat(told.lines().filter(l -> l.startsWith("+1.204 s"))).isEmpty();
      assertThat(live).hasSize(2);
      assertThat(List.of(told, document, String.join("\n", live)))
          .allSatisfy(t -> assertThat(t).matches(HARMLESS));
    }
  }

  @Test
  void linesOfADetailAreMarked() {
    assertThat(LogTextRenderer.lines("by hand:\n- a\n+ b", "  "))
        .containsExactly("  by hand:", "  | - a", "  | + b");
    assertThat(LogTextRenderer.lines("", "  ")).isEmpty();
  }

  @Test
  void namesWhoApproved() {
    var approved = RealLogs.sealed(RealLogs.records("approved"));

    assertThat(ExecutionTimeline.of(approved, Filter.DECISIONS))
        .contains("Recorded: held", "(approved by root)");
  }

  @Test
  void tellsBecauseOfWhichRecordsADecisionWasMade() {
    var raised = RealLogs.records("2/raised");

    String told = ExecutionTimeline.of(RealLogs.sealed(raised), Filter.DECISIONS);

    assertThat(told.lines().map(String::strip))
        .anyMatch(line -> line.matches("plan by rule change, because of 1 to \\d+.*"))
        .anyMatch(line -> line.matches("pass by rule auto, because of \\d+, \\d+, \\d+"))
        .anyMatch(line -> line.matches("end by rule COMPLETED, because of \\d+"));
    assertThat(DecisionReason.of(RealLogs.records("raised").getLast())).isEmpty();
  }

  @Test
  void tellsNumbersInARowByTheFirstAndTheLast() {
    assertThat(DecisionReason.listed(List.of(4L, 7L))).isEqualTo("4, 7");
    assertThat(DecisionReason.listed(List.of(1L, 2L, 4L, 5L, 6L, 9L))).isEqualTo("1, 2, 4 to 6, 9");
  }

  private static int shown(String told) {
    return (int) told.lines().filter(l -> l.matches(" *\\+\\d+\\.\\d{3} s .*")).count();
  }

  private static int folded(String told) {
    return counted(told, "routine");
  }

  private static int counted(String told, String what) {
    return Pattern.compile("(\\d+) " + what + ": ")
        .matcher(told)
        .results()
        .mapToInt(m -> Integer.parseInt(m.group(1)))
        .sum();
  }
}
