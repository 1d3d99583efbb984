package dev.deployclaw.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.Explanation.Filter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private final List<byte[]> records = RealLogs.sealed(RealLogs.records("canary"));

  @Test
  void tellsDecisionsAndCountsTheRest() {
    String told = Explanation.of(records, Filter.DECISIONS);

    assertThat(told)
        .contains("COMPLETED", "Recorded: widened", "Recorded: committed", "policies.check")
        .contains("acme search: requests 1200 -> 1600")
        .doesNotContain("redis.clock");
    assertThat(shown(told) + folded(told)).isEqualTo(records.size());
    assertThat(folded(told)).isGreaterThan(10);
  }

  @Test
  void tellsEverythingWhereItIsAsked() {
    String told = Explanation.of(records, new Filter(true, Optional.empty(), Optional.empty()));

    assertThat(shown(told)).isEqualTo(records.size());
    assertThat(told).contains("redis.clock").doesNotContain("routine");
  }

  @Test
  void tellsOneTenantsDifferencesAndOnePhase() {
    String hooli =
        Explanation.of(records, new Filter(false, Optional.of("hooli"), Optional.empty()));
    String gate = Explanation.of(records, new Filter(true, Optional.empty(), Optional.of("gate")));

    assertThat(hooli)
        .contains("hooli search: requests 3000 -> 1600")
        .doesNotContain("acme search:");
    assertThat(shown(gate)).isEqualTo(1);
    assertThat(gate).contains("passed by rule auto");
  }

  @Test
  void namesWhoApproved() {
    var approved = RealLogs.sealed(RealLogs.records("approved"));

    assertThat(Explanation.of(approved, Filter.DECISIONS))
        .contains("Recorded: held", "(approved by root)");
  }

  @Test
  void tellsBecauseOfWhichRecordsADecisionWasMade() {
    var raised = RealLogs.records("2/raised");

    String told = Explanation.of(RealLogs.sealed(raised), Filter.DECISIONS);

    assertThat(told.lines().map(String::strip))
        .anyMatch(line -> line.matches("plan by rule change, because of 1 to \\d+.*"))
        .anyMatch(line -> line.matches("pass by rule auto, because of \\d+, \\d+, \\d+"))
        .anyMatch(line -> line.matches("end by rule COMPLETED, because of \\d+"));
    assertThat(Because.of(RealLogs.records("raised").getLast())).isEmpty();
  }

  @Test
  void tellsNumbersInARowByTheFirstAndTheLast() {
    assertThat(Because.listed(List.of(4L, 7L))).isEqualTo("4, 7");
    assertThat(Because.listed(List.of(1L, 2L, 4L, 5L, 6L, 9L))).isEqualTo("1, 2, 4 to 6, 9");
  }

  private static int shown(String told) {
    return (int) told.lines().filter(l -> l.matches(" *\\+\\d+\\.\\d{3} s .*")).count();
  }

  private static int folded(String told) {
    return told.lines()
        .filter(l -> l.contains(" routine: "))
        .mapToInt(l -> Integer.parseInt(l.replaceAll(".*… (\\d+) routine: .*", "$1")))
        .sum();
  }
}
