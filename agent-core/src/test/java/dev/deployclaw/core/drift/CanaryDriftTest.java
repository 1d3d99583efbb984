package dev.deployclaw.core.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.machine.CommittedEpoch;
import dev.deployclaw.core.machine.CommittedEpoch.Candidate;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class CanaryDriftTest {
  private static final String NODE = "redis/a";
  private static final Map<String, Object> BELOW_40 = Map.of("epoch", 5L, "cohort", 40);

  @Test
  void theCohortThatIsCommittedIsNone() {
    assertThat(drift(Optional.of(40), Optional.of(BELOW_40), 4)).isEmpty();
    assertThat(drift(Optional.empty(), Optional.empty(), 4)).isEmpty();
  }

  @Test
  void namesACohortThatIsMissingOrOfAnEarlierWidening() {
    assertThat(drift(Optional.of(40), Optional.empty(), 4))
        .extracting(Discrepancy::text)
        .containsExactly(
            "redis/a different: decides by epoch 4 and no candidate; the committed state says"
                + " candidate 5 for positions below 40");
    assertThat(drift(Optional.of(600), Optional.of(BELOW_40), 4)).hasSize(1);
  }

  @Test
  void namesACandidateThatWasTakenBack() {
    assertThat(drift(Optional.empty(), Optional.of(BELOW_40), 4))
        .extracting(Discrepancy::detail)
        .containsExactly(
            "decides by epoch 4 and candidate 5 for positions below 40; the committed state says"
                + " no candidate");
  }

  @Test
  void leavesANodeOfAnotherEpochToOthers() {
    assertThat(drift(Optional.empty(), Optional.of(BELOW_40), 3)).isEmpty();
  }

  private static List<Discrepancy> drift(
      Optional<Integer> cohort, Optional<Map<String, Object>> held, long epoch) {
    var facts = new TreeMap<String, Object>(Map.of("epoch", epoch));
    held.ifPresent(c -> facts.put("candidate", c));
    var candidate = cohort.map(share -> new Candidate(5, "cd", "change-5", share));
    var active = new CommittedEpoch(4, "ab", "change-4", 1, 3, 1, candidate);
    var scan = CallOutcome.done(List.of(MemberReport.yes(NODE, "ab", facts)));
    return CanaryDrift.of(active, Map.of("redis.scan", scan));
  }
}
