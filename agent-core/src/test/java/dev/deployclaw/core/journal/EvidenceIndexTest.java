package dev.deployclaw.core.journal;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.core.fake.FakeRecordSealer;
import dev.deployclaw.core.fake.LogEntryFixture;
import dev.deployclaw.core.log.LogEntry;
import dev.deployclaw.core.log.LogEntry.Phase;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordedDecision;
import dev.deployclaw.core.log.RecordedDecision.Name;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class EvidenceIndexTest {
  private final EvidenceIndex trail = new EvidenceIndex();
  private final List<JsonNode> log = new ArrayList<>();
  private LogHead head = LogHead.START;

  @Test
  void aDecisionRestsOnWhatWasFoundSinceTheLastOne() {
    found(Map.of());
    found(Map.of("summary", true));
    found(Map.of());
    decided(Name.PLAN, "change");
    found(Map.of());

    assertThat(evidence(1)).containsExactly(1L, 3L);
    assertThat(trail.evidence(RecordedDecision.by(Name.RECOVER, "go-on"))).containsExactly(5L);
  }

  @Test
  void anActivationNamesItsPlanCheckpointVotesAndGate() {
    found(Map.of());
    decided(Name.PLAN, "change");
    decided(Name.OPEN, "forward");
    found(Map.of());
    decided(Name.CHECKPOINT, "stored");
    decided(Name.STAGE, "nobody-acts");
    found(Map.of());
    decided(Name.VOTES, "all");
    decided(Name.PASS, "auto");
    decided(Name.COMMIT, "at-once");

    assertThat(log.getLast().path("evidence").toString())
        .as("plan, open, observed, checkpoint, stage, votes, their count, gate")
        .isEqualTo("[2,3,4,5,6,7,8,9]");
  }

  @Test
  void whatASecondChangeDecidedIsNotTheFirstOnes() {
    decided(Name.OPEN, "forward");
    decided(Name.CHECKPOINT, "stored");
    decided(Name.HOLD, "default-hold");
    decided(Name.APPROVE, "approver");
    decided(Name.COMMIT, "at-once");
    decided(Name.UNDO, "refused");
    decided(Name.OPEN, "compensation");
    decided(Name.CHECKPOINT, "stored");
    decided(Name.PASS, "way-back");

    assertThat(evidence(2)).as("the second opening").containsExactly(6L);
    assertThat(evidence(0)).as("the second gate").containsExactly(7L, 8L);
  }

  @Test
  void whatWasDecidedBetweenMovesCountsUntilTheNext() {
    decided(Name.OPEN, "forward");
    decided(Name.WIDEN, "first-cohort");
    decided(Name.BAKE, "validated");
    decided(Name.WATCH, "passed");
    decided(Name.WIDEN, "watched");

    assertThat(evidence(0)).containsExactly(1L, 2L, 3L, 4L);
    assertThat(trail.evidence(RecordedDecision.by(Name.WITHDRAW, "refused")))
        .containsExactly(3L, 5L);
  }

  /** The answer to the first try was lost, and it never came to be. */
  @Test
  void whatIsOpenedTwiceRestsOnItsPlanTwice() {
    decided(Name.PLAN, "change");
    decided(Name.SCHEDULE, "start-at");
    decided(Name.OPEN, "forward");
    decided(Name.END, "ABORTED");
    decided(Name.OPEN, "forward");

    assertThat(evidence(0)).containsExactly(1L, 2L);
  }

  @Test
  void anEndRestsOnWhatWasDecidedLast() {
    decided(Name.OPEN, "forward");
    decided(Name.ABORT, "stale");
    found(Map.of());

    assertThat(trail.evidence(RecordedDecision.by(Name.END, "ABORTED"))).containsExactly(2L, 3L);
  }

  /** Another agent has the records of moves alone, and still finds the plan and the votes. */
  @Test
  void whoHasTheMovesAloneFindsWhatTheyRestOn() {
    found(Map.of());
    decided(Name.PLAN, "change");
    decided(Name.OPEN, "forward");
    found(Map.of());
    decided(Name.VOTES, "all");
    decided(Name.PASS, "auto");
    var elsewhere = new EvidenceIndex();
    Predicate<JsonNode> move =
        r -> Name.ofWord(r.at("/decision/name").asText()).filter(Name::moves).isPresent();

    log.stream().filter(move).forEach(elsewhere::learn);

    var commit = RecordedDecision.by(Name.COMMIT, "at-once");
    assertThat(elsewhere.evidence(commit)).isEqualTo(trail.evidence(commit)).contains(2L, 4L);
  }

  @Test
  void forgetsWhatWasTakenOutOfTheLog() {
    decided(Name.OPEN, "forward");
    decided(Name.CHECKPOINT, "stored");

    trail.forgetAfter(1);

    assertThat(trail.evidence(RecordedDecision.by(Name.STAGE, "nobody-acts"))).isEmpty();
    assertThat(trail.evidence(RecordedDecision.by(Name.CHECKPOINT, "stored"))).containsExactly(1L);
  }

  /** The evidence of a record, counted from the last. */
  private List<Long> evidence(int back) {
    var out = new ArrayList<Long>();
    log.get(log.size() - 1 - back).path("evidence").forEach(n -> out.add(n.asLong()));
    return out;
  }

  private void found(Map<String, Object> facts) {
    keep(LogEntryFixture.of("x", Phase.PLAN, "a").facts(facts).thought());
  }

  private void decided(Name name, String rule) {
    var decision = RecordedDecision.by(name, rule);
    keep(
        LogEntryFixture.of("x", Phase.PLAN, "a")
            .deciding(decision)
            .restingOn(trail.evidence(decision))
            .thought());
  }

  private void keep(LogEntry thought) {
    var sealed = new FakeRecordSealer().seal(head, thought);
    head = sealed.head();
    trail.learn(head.seq(), thought);
    log.add(json(sealed.bytes()));
  }

  private static JsonNode json(byte[] bytes) {
    try {
      return new ObjectMapper().readTree(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
