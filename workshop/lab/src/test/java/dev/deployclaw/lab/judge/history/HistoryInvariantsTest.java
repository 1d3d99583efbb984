package dev.deployclaw.lab.judge.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.judge.protocol.ByteDigests;
import dev.deployclaw.lab.judge.protocol.EtcdReader.KeyChange;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A life of a change as it must be, and each way in which it could have gone wrong. */
class HistoryInvariantsTest {
  private static final String SET = "0a".repeat(32);

  private final List<Map<String, String>> life = new ArrayList<>(asItMustBe());

  @Test
  void findsNothingInALifeAsItMustBe() {
    assertThat(wrong()).isEmpty();
  }

  @Test
  void findsAnEpochThatIsGivenOutAgain() {
    life.add(opening("b", 1, 1));

    assertThat(wrong()).containsExactly("revision 10: epoch went from 1 to 1");
  }

  @Test
  void findsAnEpochThatNobodyGaveOut() {
    life.add(without(opening("b", 2, 1), "epoch"));

    assertThat(wrong()).singleElement().asString().contains("epoch 2, which was not given out");
  }

  @Test
  void findsACommitWithoutACheckpoint() {
    life.set(2, without(life.get(2), "checkpoint/1"));

    assertThat(wrong()).singleElement().asString().contains("without a checkpoint before it");
  }

  @Test
  void findsACommitOfASetThatIsNotStored() {
    life.set(3, Map.of("policy/1/manifest", "{\"digest\":\"" + "0b".repeat(32) + "\"}"));

    assertThat(wrong()).singleElement().asString().contains("its set was not stored");
  }

  @Test
  void findsACommitOfAFormerTerm() {
    life.add(5, Map.of("term", "2", "leader", "another"));

    assertThat(wrong()).singleElement().asString().contains("in term 2 by one of term 1");
  }

  @Test
  void findsACommitUnderTheKillSwitch() {
    life.add(1, Map.of("freeze", "{}"));

    assertThat(wrong()).singleElement().asString().contains("under the kill switch");
  }

  @Test
  void findsAnActiveThatGoesBack() {
    life.add(
        Map.of(
            "active", active(1, 1), "change/a", change("a", "committed", 7), audit(7), record(7)));

    assertThat(wrong())
        .anySatisfy(
            w -> assertThat(w).contains("active went from epoch 1 step 0 to epoch 1 step 0"))
        .anySatisfy(w -> assertThat(w).contains("a had ended, and moved to committed"));
  }

  @Test
  void knowsACandidateThatComesGrowsAndGoes() {
    canary();

    assertThat(wrong()).isEmpty();
  }

  @Test
  void findsACandidateThatComesByAnotherWay() {
    canary();
    life.set(
        10, with(life.get(10), "active", onTrial(1, 1, 10).replace("\"step\":1", "\"step\":3")));
    life.set(11, with(life.get(11), "active", onTrial(1, 4, 5)));
    life.set(12, with(life.get(12), "change/b", change("b", "aborted", 4)));

    assertThat(wrong())
        .anySatisfy(w -> assertThat(w).contains("from epoch 1 step 0 to epoch 1 step 3"))
        .anySatisfy(w -> assertThat(w).contains("from epoch 1 step 3 to epoch 1 step 4"))
        .anySatisfy(w -> assertThat(w).contains("its change b was not withdrawn"));
  }

  @Test
  void findsACandidateWithoutACheckpointOfItsOwn() {
    canary();
    life.set(9, without(life.get(9), "checkpoint/2"));

    assertThat(wrong())
        .isNotEmpty()
        .allSatisfy(w -> assertThat(w).contains("epoch 2 was widened without a checkpoint"));
  }

  @Test
  void findsAMoveWithoutARecordAndOneWithTwo() {
    life.set(2, without(life.get(2), audit(2)));
    var twice = new TreeMap<>(life.get(4));
    twice.put("audit/a/00000099", record(3).replace("\"seq\":3", "\"seq\":99"));
    life.set(4, twice);

    assertThat(wrong())
        .anySatisfy(w -> assertThat(w).contains("a reached turn 2 with 0 records of it"))
        .anySatisfy(w -> assertThat(w).contains("a reached turn 3 with 2 records of it"));
  }

  @Test
  void findsARecordOfAMoveThatWasNotMade() {
    life.add(Map.of(audit(8), record(8)));

    assertThat(wrong()).singleElement().asString().contains("a move that was not made with it");
  }

  @Test
  void findsARecordThatIsWrittenAgain() {
    life.add(Map.of(audit(6), record(6).replace("turn", "was")));

    assertThat(wrong()).singleElement().asString().contains("audit/a/00000006 is record 6 after 6");
  }

  @Test
  void knowsRecordsThatLeaveForTheBucketTogether() {
    var left = new TreeMap<>(Map.of("audit-copy/a", "{}"));
    for (long turn = 1; turn <= 6; turn++) {
      left.put(audit(turn), "");
    }
    life.add(left);

    assertThat(wrong()).isEmpty();
  }

  @Test
  void findsRecordsThatGoWithoutAWordOrNotAllOfThem() {
    life.add(Map.of(audit(6), ""));
    life.add(Map.of("audit-copy/a", "{}", audit(5), ""));

    assertThat(wrong())
        .hasSize(2)
        .anySatisfy(w -> assertThat(w).contains("audit/a/00000006 was deleted"))
        .anySatisfy(w -> assertThat(w).contains("audit/a/00000005 was deleted"));
  }

  @Test
  void findsATurnThatIsSkipped() {
    life.remove(4);

    assertThat(wrong()).singleElement().asString().contains("a went from turn 2 to 4");
  }

  @Test
  void findsASecondChangeWhileOneIsOpen() {
    life.add(2, opening("b", 2, 1));

    assertThat(wrong()).anySatisfy(w -> assertThat(w).contains("open went from a to b"));
  }

  @Test
  void findsWhatMovesWithoutALeader() {
    life.set(0, Map.of("term", "1"));

    assertThat(wrong()).isNotEmpty().allSatisfy(w -> assertThat(w).contains("without a leader"));
  }

  @Test
  void findsASetThatChangesAndOneThatGoesWhileItIsActive() {
    life.add(Map.of("policy/1/manifest", "{}"));
    life.add(Map.of("policy/1/manifest", ""));

    assertThat(wrong())
        .anySatisfy(w -> assertThat(w).contains("was written again, differently"))
        .anySatisfy(w -> assertThat(w).contains("was deleted while it was active"));
  }

  @Test
  void findsLostRecordsThatAreAccountedForTwiceOrOnOneSideOnly() {
    var key = Map.of("superseded/a/00000009", "{\"by\":\"r\"}");
    var account =
        Map.of(
            "audit/r/00000002",
            "{\"facts\":{\"superseded\":{\"execution\":\"a\",\"from\":9}},\"seq\":2}");
    var both = new TreeMap<>(key);
    both.putAll(account);
    life.add(both);

    assertThat(wrong()).isEmpty();

    life.add(key);

    assertThat(wrong()).singleElement().asString().contains("was written with 0 records of it");

    life.removeLast();
    life.removeLast();
    life.add(account);

    assertThat(wrong()).singleElement().asString().contains("what etcd doesn't know of");
  }

  /** A text of no length stands for a key that is deleted. */
  private List<String> wrong() {
    var past = new HistoryInvariants();
    long revision = 1;
    for (var transaction : life) {
      long at = ++revision;
      past.tell(
          transaction.entrySet().stream()
              .map(e ->
                  new KeyChange(
                      e.getKey(), e.getValue().isEmpty(), ByteDigests.of(e.getValue()), at))
              .toList());
    }
    return past.wrong();
  }

  private static List<Map<String, String>> asItMustBe() {
    var checkpointed = moved("checkpointed", 2);
    checkpointed.put("checkpoint/1", "{\"s3\":\"pending\"}");
    var committed = moved("committed", 4);
    committed.put("active", active(1, 0));
    var completed = moved("completed", 6);
    completed.put("open", "");
    return List.of(
        Map.of("term", "1", "leader", "one"),
        opening("a", 1, 1),
        checkpointed,
        Map.of("policy/1/manifest", "{\"digest\":\"" + SET + "\"}"),
        moved("staged", 3),
        committed,
        moved("published", 5),
        completed);
  }

  /** Of a second change, after the first: opened, ready, widened twice, withdrawn. */
  private void canary() {
    life.add(opening("b", 2, 1));
    life.add(Map.of("checkpoint/2", "{}", "policy/2/manifest", "{\"digest\":\"" + SET + "\"}"));
    life.add(with(trial("widened", 2), "active", onTrial(1, 1, 10)));
    life.add(with(trial("widened", 3), "active", onTrial(1, 2, 50)));
    var active = active(1, 0).replace("\"epoch\":1", "\"epoch\":1,\"step\":3");
    life.add(with(trial("withdrawing", 4), "active", active));
  }

  private static Map<String, String> trial(String state, long turn) {
    var out = new TreeMap<String, String>();
    out.put("change/b", change("b", state, turn).replace(":1,", ":2,"));
    out.put("audit/b/%08d".formatted(turn), record(turn).replace("\"a\"", "\"b\""));
    return out;
  }

  private static String onTrial(long epoch, long step, long cohort) {
    String candidate =
        "\"candidate\":{\"change\":\"b\",\"cohort\":%d,\"digest\":\"%s\",\"epoch\":2},"
            .formatted(cohort, SET);
    return active(epoch, 0)
        .replace("{\"change\"", "{" + candidate + "\"change\"")
        .replace("\"predecessor\"", "\"step\":" + step + ",\"predecessor\"");
  }

  private static Map<String, String> with(Map<String, String> of, String key, String value) {
    var out = new TreeMap<>(of);
    out.put(key, value);
    return out;
  }

  private static Map<String, String> opening(String id, long epoch, long turn) {
    var out = new TreeMap<String, String>();
    out.put("open", id);
    out.put("epoch", "" + epoch);
    out.put("change/" + id, change(id, "opened", turn).replace(":1,", ":" + epoch + ","));
    out.put(
        audit(turn).replace("/a/", "/" + id + "/"), record(turn).replace("\"a\"", '"' + id + '"'));
    return out;
  }

  private static Map<String, String> moved(String state, long turn) {
    var out = new TreeMap<String, String>();
    out.put("change/a", change("a", state, turn));
    out.put(audit(turn), record(turn));
    return out;
  }

  private static String change(String id, String state, long turn) {
    return "{\"epoch\":1,\"id\":\"%s\",\"kind\":\"forward\",\"state\":{\"name\":\"%s\"},\"turn\":%d}"
        .formatted(id, state, turn);
  }

  private static String active(long epoch, long predecessor) {
    return "{\"change\":\"a\",\"digest\":\"%s\",\"epoch\":%d,\"predecessor\":%d,\"term\":1}"
        .formatted(SET, epoch, predecessor);
  }

  private static String audit(long seq) {
    return "audit/a/%08d".formatted(seq);
  }

  private static String record(long turn) {
    return "{\"facts\":{\"change\":\"a\",\"turn\":%d},\"seq\":%d}".formatted(turn, turn);
  }

  private static Map<String, String> without(Map<String, String> of, String key) {
    var out = new TreeMap<>(of);
    out.remove(key);
    return out;
  }
}
