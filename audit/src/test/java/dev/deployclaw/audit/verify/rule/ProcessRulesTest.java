package dev.deployclaw.audit.verify.rule;

import static dev.deployclaw.audit.verify.Resealed.codes;
import static dev.deployclaw.audit.verify.Resealed.first;
import static dev.deployclaw.audit.verify.Resealed.says;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Logs of real runs, changed and then sealed again as only the agent itself could: the chain holds,
 * and only the rules can tell.
 */
class ProcessRulesTest {

  /** A record that is missing, and the code that says so. */
  @ParameterizedTest
  @CsvSource({
    "raised,   Planning the change,       PLAN",
    "canary,   Planning the change,       PLAN",
    "raised,   Recorded: checkpointed,    CHECKPOINT",
    "raised,   Asking for votes on epoch, VOTES",
    "raised,   Recorded: prepared,        VOTES",
    "rollback, Recorded: prepared,        VOTES",
    "raised,   Recorded: cleared,         APPROVAL",
    "approved, Recorded: resumed,         APPROVAL",
    "raised,   Recorded: staged,          TURN",
    "raised,   Recorded: opened,          TURN",
    "raised,   Recorded: committed,       ACTIVATION"
  })
  void noticesThatARecordIsMissing(String log, String action, Code code) {
    var records = RealLogs.records(log);

    boolean removed = records.removeIf(says(action));

    assertThat(removed).isTrue();
    assertThat(codes(records)).contains(code);
  }

  /** A fact of a transition that says something else, and the code that says so. */
  @ParameterizedTest
  @CsvSource({
    "raised,   committed,    digest,              DIGEST",
    "canary,   widened,      digest,              DIGEST",
    "raised,   prepared,     digest,              DIGEST",
    "raised,   opened,       digest,              PLAN",
    "raised,   opened,       kind,                PLAN",
    "rollback, opened,       undoes,              PLAN",
    "rollback, opened,       base_digest,         PLAN",
    "raised,   committed,    checkpoint,          CHECKPOINT",
    "raised,   checkpointed, checkpoint,          CHECKPOINT",
    "approved, resumed,      approved_plan,       APPROVAL",
    "approved, resumed,      approved_checkpoint, APPROVAL"
  })
  void noticesThatAFactIsAnotherOne(String log, String state, String fact, Code code) {
    var records = RealLogs.records(log);

    alter(records, state, facts -> facts.put(fact, "another"));

    assertThat(codes(records)).containsOnlyOnce(code);
  }

  @Test
  void noticesThatSomebodyDidntVote() {
    var fewer = RealLogs.records("raised");
    var without = RealLogs.records("raised");
    var refused = RealLogs.records("raised");

    alter(fewer, "prepared", facts -> facts.put("count", 3L));
    alter(without, "prepared", facts -> facts.put("absent", List.of("redis/a:1")));
    alterVotes(without, facts -> facts.put("unknown", List.of("redis/a:1")));
    alterVotes(refused, facts -> facts.put("no", List.of("redis/a:1")));

    assertThat(codes(fewer)).containsExactly(Code.VOTES);
    assertThat(codes(without)).containsExactly(Code.VOTES);
    assertThat(codes(refused)).containsExactly(Code.VOTES);
  }

  @Test
  void letsAWayBackGoOnWithoutWhoIsAway() {
    var records = RealLogs.records("rollback");

    alter(records, "prepared", facts -> facts.put("absent", List.of("redis/a:1")));
    alterVotes(records, facts -> facts.put("unknown", List.of("redis/a:1")));
    alter(records, "checkpointed", facts -> facts.put("stored", false));

    assertThat(codes(records)).isEmpty();
  }

  @Test
  void noticesACheckpointThatIsntStored() {
    var records = RealLogs.records("raised");

    alter(records, "checkpointed", facts -> facts.put("stored", false));

    assertThat(codes(records)).containsExactly(Code.CHECKPOINT);
  }

  @Test
  void noticesThatTheGateLetPassWhatItMayNot() {
    var asWayBack = RealLogs.records("raised");
    var unasked = RealLogs.records("approved");
    var otherBase = RealLogs.records("approved");

    alter(asWayBack, "cleared", facts -> facts.put("rule", "way-back"));
    alter(unasked, "resumed", facts -> facts.remove("approver"));
    alter(otherBase, "resumed", facts -> facts.put("approved_revision", 1L));

    assertThat(codes(asWayBack)).containsExactly(Code.APPROVAL);
    assertThat(codes(unasked)).containsExactly(Code.APPROVAL);
    assertThat(codes(otherBase)).containsExactly(Code.APPROVAL);
  }

  /** What an answer lost on the way leaves: one turn twice, the first of them in doubt. */
  @Test
  void allowsATurnThatIsSaidToBeInDoubt() {
    var records = RealLogs.records("raised");
    int at = first(records, r -> facts(r).get("state") instanceof String s && s.equals("staged"));
    records.add(at, new TreeMap<>(records.get(at)));
    var doubted = new ArrayList<>(records);
    doubted.set(
        doubted.size() - 1, with(doubted.getLast(), facts -> facts.put("in_doubt", at + 1L)));

    assertThat(codes(records)).containsExactly(Code.TURN);
    assertThat(codes(doubted)).isEmpty();
  }

  @Test
  void knowsACompensationByWhatItsFailedChangeStoodOn() {
    var good = compensated();
    var other = compensated();

    alter(
        other,
        "opened",
        facts -> {
          if ("compensation".equals(facts.get("kind"))) {
            facts.put("digest", "another");
          }
        });

    assertThat(codes(good)).isEmpty();
    assertThat(codes(other)).contains(Code.PLAN, Code.DIGEST);
  }

  /**
   * A change that failed after its commit, and the one that undid it, as the agent records them.
   */
  private static List<Map<String, Object>> compensated() {
    var records = new ArrayList<Map<String, Object>>();
    var change = RealLogs.records("raised");
    int commit = first(change, r -> "committed".equals(facts(r).get("state")));
    records.addAll(change.subList(0, commit + 1));
    var committed = facts(change.get(commit));
    long turn = ProcessRules.number(committed.get("turn"));
    records.add(
        with(
            change.get(commit),
            facts -> {
              facts.put("state", "undoing");
              facts.put("turn", turn + 1);
            }));
    var opened = facts(change.get(first(change, r -> "opened".equals(facts(r).get("state")))));
    for (var entry : RealLogs.records("rollback")) {
      if (facts(entry).containsKey("state") || "prepare".equals(entry.get("phase"))) {
        var undo = with(entry, facts -> undo(facts, opened));
        undo.put("execution_id", change.getFirst().get("execution_id"));
        records.add(undo);
      }
    }
    records.add(with(change.getLast(), facts -> facts.put("result", "UNKNOWN")));
    return records;
  }

  private static void undo(Map<String, Object> facts, Map<String, Object> opened) {
    facts.computeIfPresent("change", (_, _) -> opened.get("change") + "-undo-1");
    facts.computeIfPresent("kind", (_, _) -> "compensation");
    facts.computeIfPresent("undoes", (_, _) -> opened.get("change"));
    facts.computeIfPresent("digest", (_, _) -> opened.get("base_digest"));
  }

  private static void alter(List<Map<String, Object>> records, String state, Alteration how) {
    alter(records, r -> state.equals(facts(r).get("state")), how);
  }

  private static void alterVotes(List<Map<String, Object>> records, Alteration how) {
    alter(records, r -> "prepare".equals(r.get("phase")) && facts(r).containsKey("yes"), how);
  }

  private static void alter(
      List<Map<String, Object>> records, Predicate<Map<String, Object>> which, Alteration how) {
    assertThat(records).anyMatch(which);
    records.replaceAll(r -> which.test(r) ? with(r, how) : r);
  }

  private interface Alteration {
    void of(Map<String, Object> facts);
  }

  private static Map<String, Object> with(Map<String, Object> entry, Alteration how) {
    var facts = new TreeMap<>(facts(entry));
    how.of(facts);
    var copy = new TreeMap<>(entry);
    copy.put("facts", facts);
    return copy;
  }

  private static Map<String, Object> facts(Map<String, Object> entry) {
    return ProcessRules.facts(entry);
  }
}
