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
