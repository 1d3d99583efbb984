package dev.deployclaw.audit.verify.rule;

import static dev.deployclaw.audit.verify.Resealed.codes;
import static dev.deployclaw.audit.verify.Resealed.first;
import static dev.deployclaw.audit.verify.Resealed.lastBefore;
import static dev.deployclaw.audit.verify.Resealed.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logs of real runs, what they decide changed, and sealed again as only the agent itself could. */
class DecisionRulesTest {
  private static final String COMMITTED = "Recorded: committed";

  /** A record that a decision rests on, and doesn't name any more. */
  @ParameterizedTest
  @CsvSource({
    "2/raised,    Recorded: committed,    Planning the change",
    "2/raised,    Recorded: committed,    Recorded: opened",
    "2/raised,    Recorded: committed,    Recorded: checkpointed",
    "2/raised,    Recorded: committed,    Asking for votes on epoch",
    "2/raised,    Recorded: committed,    Recorded: prepared",
    "2/raised,    Recorded: committed,    Recorded: cleared",
    "2/approved,  Recorded: committed,    Recorded: resumed",
    "2/canary,    Recorded: widened,      Planning the change",
    "2/canary,    Recorded: committed,    Recorded: baking",
    "2/rollback,  Recorded: committed,    Planning the way back",
    "2/raised,    Recorded: prepared,     Asking for votes on epoch",
    "2/raised,    Recorded: opened,       Planning the change",
    "2/raised,    Recorded: published,    Recorded: committed",
    "2/undone,    Recorded: rolledback,   Recorded: completed",
    "2/withdrawn, Recorded: rolledback,   Recorded: withdrawing",
    "2/withdrawn, Ended: ROLLED_BACK,     Recorded: rolledback"
  })
  void noticesThatADecisionLeavesAGroundOut(String log, String decision, String ground) {
    var records = RealLogs.records(log);
    int at = first(records, says(decision));
    long left = number(lastBefore(at, records, says(ground)));

    alter(records, decision, r -> r.put("evidence", evidence(r, n -> without(n, left))));
    alter(records, decision, r -> r.values().removeIf(List.of()::equals));

    assertThat(codes(records)).containsExactly(Code.EVIDENCE);
  }

  @Test
  void aDecisionRestsOnWhatCameBeforeItAndOnEachOnce() {
    for (UnaryOperator<List<Long>> edit :
        List.<UnaryOperator<List<Long>>>of(
            n -> and(n, n.getLast() + 1),
            n -> and(n, 900L),
            n -> and(n, n.getLast()),
            List::reversed)) {
      var records = RealLogs.records("2/raised");

      alter(records, COMMITTED, r -> r.put("evidence", evidence(r, edit)));

      assertThat(codes(records)).containsExactly(Code.EVIDENCE);
    }
  }

  /** Another decision, or one by another rule. */
  @ParameterizedTest
  @CsvSource({
    "2/raised,   Recorded: committed,    publish,    everybody-took-it",
    "2/raised,   Recorded: committed,    commit,     because",
    "2/raised,   Recorded: checkpointed, checkpoint, pending",
    "2/raised,   Recorded: prepared,     votes,      without-absent",
    "2/raised,   Recorded: cleared,      pass,       approved",
    "2/rollback, Recorded: opened,       open,       forward",
    "2/raised,   Planning the change,    invented,   change",
    "2/raised,   Ended: COMPLETED,       end,        ABORTED",
    "2/refused,  Asked by,               end,        REFUSED"
  })
  void noticesADecisionThatIsntTheOneOfItsRecord(
      String log, String action, String name, String rule) {
    var records = RealLogs.records(log);

    alter(records, action, r -> r.put("decision", Map.of("name", name, "rule", rule)));

    assertThat(codes(records)).contains(Code.DECISION);
  }

  @Test
  void aMoveThatSaysNothingOfItsDecisionIsNoticed() {
    var records = RealLogs.records("2/raised");

    alter(records, "Recorded: published", DecisionRulesTest::say);

    assertThat(codes(records)).contains(Code.DECISION);
  }

  /** Digests that don't fit, and the code that says so. */
  @ParameterizedTest
  @CsvSource({
    "2/raised,    Recorded: committed,   after",
    "2/raised,    Recorded: committed,   before",
    "2/raised,    Recorded: staged,      after",
    "2/canary,    Recorded: widened,     before",
    "2/withdrawn, Recorded: withdrawing, after",
    "2/raised,    Planning the change,   before"
  })
  void noticesOtherPolicies(String log, String action, String field) {
    var records = RealLogs.records(log);

    alter(records, action, r -> r.put(field, "ab".repeat(32)));

    assertThat(codes(records)).containsExactly(Code.POLICIES);
  }

  @Test
  void aPlanLeadsToWhatIsOpened() {
    var records = RealLogs.records("2/rollback");

    alter(records, "Planning the way back", r -> r.put("after", "ab".repeat(32)));

    assertThat(codes(records)).containsExactly(Code.EVIDENCE);
  }

  @Test
  void aWayBackBeginsWithWhatWasCommittedBefore() {
    var records = RealLogs.records("2/undone");
    int commit = lastBefore(records.size(), records, says(COMMITTED));
    var undo = records.get(lastBefore(commit, records, says("Recorded: opened")));
    var facts = new TreeMap<>(ProcessRules.facts(undo));
    facts.put("base_digest", "ab".repeat(32));
    undo.put("facts", facts);
    records.get(commit).put("before", "ab".repeat(32));

    assertThat(codes(records)).containsExactly(Code.POLICIES);
  }

  @Test
  void evidenceAndPoliciesBelongToADecision() {
    var unbound = RealLogs.records("2/raised");
    var half = RealLogs.records("2/raised");
    var empty = RealLogs.records("2/raised");
    var early = RealLogs.records("2/raised");

    alter(unbound, COMMITTED, r -> r.remove("decision"));
    alter(half, COMMITTED, r -> r.remove("after"));
    alter(empty, COMMITTED, r -> r.put("evidence", List.of()));
    alter(early, COMMITTED, r -> r.put("schema_version", 1L));

    for (var records : List.of(unbound, half, empty, early)) {
      assertThat(codes(records)).contains(Code.BAD_RECORD);
    }
  }

  /** An agent of before was replaced while the change was held. */
  @Test
  void aLogMayHaveBegunInTheFirstVersion() {
    var records = RealLogs.records("2/approved");
    int resumed = first(records, says("Recorded: resumed"));
    records.subList(0, resumed).forEach(DecisionRulesTest::age);
    var back = new ArrayList<>(records);
    back.set(resumed + 1, new TreeMap<>(records.get(resumed + 1)));
    age(back.get(resumed + 1));

    assertThat(codes(records)).isEmpty();
    assertThat(codes(back)).contains(Code.DECISION);
  }

  private static void say(Map<String, Object> entry) {
    List.of("decision", "evidence", "before", "after").forEach(entry::remove);
  }

  private static void age(Map<String, Object> entry) {
    say(entry);
    entry.put("schema_version", 1L);
  }

  private static List<Long> without(List<Long> numbers, long one) {
    assertThat(numbers).contains(one);
    return numbers.stream().filter(n -> n != one).toList();
  }

  private static List<Long> and(List<Long> numbers, long one) {
    var out = new ArrayList<>(numbers);
    out.add(one);
    return out;
  }

  private static List<Long> evidence(Map<String, Object> entry, UnaryOperator<List<Long>> edit) {
    return edit.apply(
        RealLogs.list(entry, "evidence").stream().map(n -> ProcessRules.number(n)).toList());
  }

  private static void alter(
      List<Map<String, Object>> records, String action, Consumer<Map<String, Object>> how) {
    how.accept(records.get(first(records, says(action))));
  }

  /** The number of a record by its place. */
  private static long number(int place) {
    return place + 1L;
  }
}
