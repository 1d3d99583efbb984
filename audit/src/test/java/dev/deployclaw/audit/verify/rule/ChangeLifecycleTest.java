package dev.deployclaw.audit.verify.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.deployclaw.audit.verify.Forgery;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.core.machine.StateSuccessors;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What an agent that breaks the rules may seal, and that a log tells by the order of its states.
 */
class ChangeLifecycleTest {
  private static final List<String> AFTER_COMMIT =
      List.of("published", "converged", "baked", "completed");

  /** The verifier's table is a copy of the agent's. */
  @Test
  void knowsEveryMoveThatThereIs() {
    var known = new TreeMap<>(ChangeLifecycle.NEXT);

    assertThat(known.remove(ChangeLifecycle.NONE)).containsExactly("opened");
    assertThat(known).isEqualTo(StateSuccessors.next());
  }

  @Test
  void noticesWhatIsPublishedAndWasNeverActivated() {
    var forged =
        Forgery.of("2/raised")
            .without(r -> String.valueOf(r.get("action")).startsWith("Publishing"))
            .withoutStates(List.of("committed"))
            .renumbered();

    assertThat(forged.codes()).contains(Code.TURN, Code.ACTIVATION);
    assertThat(forged.findings())
        .filteredOn(f -> f.code() == Code.TURN)
        .extracting(VerificationFinding::seq)
        .containsExactly(forged.seq("published"));
  }

  /** Left out, with all turns in a row. */
  @ParameterizedTest
  @CsvSource({
    "2/raised,    staged",
    "2/raised,    prepared",
    "2/raised,    converged",
    "2/raised,    baked",
    "2/approved,  resumed",
    "2/canary,    baking",
    "2/withdrawn, withdrawing",
    "2/undone,    undoing",
    "raised,      published"
  })
  void noticesAStateThatIsLeftOut(String log, String state) {
    assertThat(Forgery.of(log).withoutStates(List.of(state)).renumbered().codes())
        .contains(Code.TURN);
  }

  @ParameterizedTest
  @CsvSource({
    "2/raised,    ABORTED",
    "2/raised,    NO_CHANGE",
    "raised,      FAILED",
    "2/canary,    HELD",
    "2/rollback,  ROLLED_BACK",
    "2/undone,    COMPLETED",
    "2/withdrawn, UNKNOWN",
    "2/pending,   COMPLETED",
    "2/pending,   ABORTED",
    "2/refused,   ROLLED_BACK",
    "2/refused,   nonsense"
  })
  void noticesAnEndThatSaysAnotherResult(String log, String result) {
    assertThat(Forgery.of(log).ending(result).codes()).containsExactly(Code.RESULT);
  }

  @Test
  void noticesThatWhatWasOnlyCommittedIsSaidToBeComplete() {
    var forged = Forgery.of("raised").withoutStates(AFTER_COMMIT).renumbered();

    assertThat(forged.codes()).containsExactly(Code.RESULT);
    assertThat(forged.ending("UNKNOWN").codes()).isEmpty();
  }

  /** Of what is done the end may say that something stays unknown. */
  @Test
  void leavesAnEndAloneThatKnowsLess() {
    assertThat(Forgery.of("2/raised").ending("UNKNOWN").codes()).isEmpty();
  }

  @Test
  void noticesMembersThatAreLeftOutOfAChangeForwardOrByNobody() {
    var two = List.of("gateway/two");

    assertThat(leftOut("2/rollback", two, "ann").codes()).isEmpty();
    assertThat(leftOut("2/rollback", two, "").codes()).containsExactly(Code.DECISION);
    assertThat(leftOut("2/rollback", List.of(), "ann").codes()).containsExactly(Code.DECISION);
    assertThat(leftOut("2/raised", two, "ann").codes()).containsExactly(Code.DECISION);
  }

  /** Where several persons left members out, each member is named with one of them. */
  @Test
  void noticesAMemberThatIsLeftOutByNoneOfSeveralPersons() {
    var two = List.of("gateway/one", "gateway/two");
    Map<String, Object> each = Map.of("gateway/one", "ann", "gateway/two", "bob");

    assertThat(leftOut("2/rollback", two, "bob", each).codes()).isEmpty();
    for (Object wrong :
        List.of(
            Map.of(),
            Map.of("gateway/two", "bob"),
            Map.of("gateway/one", "", "gateway/two", "bob"),
            Map.of("gateway/one", "ann", "gateway/two", "ann"),
            Map.of("gateway/one", "ann", "gateway/two", "bob", "gateway/three", "bob"),
            List.of("ann", "bob"))) {
      assertThat(leftOut("2/rollback", two, "bob", wrong).codes())
          .as("%s", wrong)
          .containsExactly(Code.DECISION);
    }
    assertThat(Forgery.of("2/rollback").fact("published", "left_out_each", each).codes())
        .containsExactly(Code.DECISION);
  }

  private static Forgery leftOut(String log, Object members, Object by, Object each) {
    return leftOut(log, members, by).fact("published", "left_out_each", each);
  }

  @Test
  void noticesThatEverybodyIsSaidToHaveTakenItWithoutThoseWhoAreLeftOut() {
    var forged =
        Forgery.of("2/rollback")
            .fact("published", "left_out", List.of("gateway/two"))
            .fact("published", "left_out_by", "ann");

    assertThat(forged.codes()).containsExactly(Code.DECISION);
  }

  private static Forgery leftOut(String log, Object members, Object by) {
    var forged = Forgery.of(log);
    var word = Map.of("name", "publish", "rule", "persons-word");
    return forged
        .fact("published", "left_out", members)
        .fact("published", "left_out_by", by)
        .field((int) forged.seq("published"), "decision", word);
  }

  /** A way back goes on without who votes against it, and says without whom. */
  @Test
  void noticesAVoteAgainstAWayBackThatIsntToldAsAbsent() {
    var absent = Forgery.of("2/rollback").fact("prepared", "absent", List.of("gateway/two"));

    assertThat(absent.codes()).contains(Code.VOTES);
  }

  @Test
  void noticesThatNobodyApprovedWhatTheGateAsksAbout() {
    var asks = Map.<String, Object>of("asks", List.of("removes-tenant"), "manual", false);
    var manual = Map.<String, Object>of("asks", List.of(), "manual", true);

    assertThat(Forgery.of("2/raised").fact("opened", "gate", asks).codes())
        .containsExactly(Code.APPROVAL);
    assertThat(Forgery.of("2/raised").fact("opened", "gate", manual).codes())
        .containsExactly(Code.APPROVAL);
    assertThat(Forgery.of("2/approved").fact("opened", "gate", asks).codes()).isEmpty();
    assertThat(Forgery.of("2/approved").fact("opened", "gate", manual).codes()).isEmpty();
  }

  @Test
  void noticesThatTheGatePassedItByAnotherRule() {
    var auto = Map.<String, Object>of("asks", List.of(), "manual", false, "rule", "auto");
    var small = Map.<String, Object>of("asks", List.of(), "manual", false, "rule", "small");

    assertThat(Forgery.of("2/raised").fact("opened", "gate", auto).codes()).isEmpty();
    assertThat(Forgery.of("2/raised").fact("opened", "gate", small).codes())
        .containsExactly(Code.APPROVAL);
  }

  /** What an answer lost on the way leaves; then the turn may be another state's as well. */
  @Test
  void goesOnFromEitherStateWhereATurnIsInDoubt() {
    var forged = Forgery.of("raised");
    int staged = (int) forged.seq("staged");
    var doubted = forged.again(staged, staged).endFact("in_doubt", (long) staged);
    var skipped = Forgery.of("raised").again(staged, staged).endFact("in_doubt", (long) staged);
    var facts = new TreeMap<>(ProcessRules.facts(skipped.records().get(staged)));
    facts.put("state", "published");
    skipped.field(staged + 1, "facts", facts);

    assertThat(doubted.codes()).isEmpty();
    assertThat(skipped.codes()).contains(Code.TURN, Code.ACTIVATION);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "2026-13-45T99:99:99.000000Z",
        "2026-02-29T10:00:00.000000Z",
        "2026-11-26T23:59:60.000000Z",
        "2026-11-26T24:00:00.000000Z",
        "0000-11-26T10:00:00.000000Z",
        "2026-11-26T10:00:00.000Z"
      })
  void noticesATimeThatThereIsnt(String time) {
    assertThat(Forgery.of("2/raised").field(5, "time", time).findings())
        .extracting(VerificationFinding::code, VerificationFinding::seq)
        .contains(tuple(Code.BAD_RECORD, 5L));
  }

  /** Clocks are set back, and another machine's may be behind. */
  @Test
  void takesNoNoticeOfATimeThatFalls() {
    var forged = Forgery.of("2/raised").field(5, "time", "2024-02-29T10:00:00.000000Z");

    assertThat(forged.codes()).isEmpty();
  }

  @Test
  void recordsHoldWholeNumbersOnly() {
    var decimal = List.of(Map.of("p99_ms", new BigDecimal("1.5")));

    assertThat(Forgery.of("2/raised").endFact("more", decimal).codes())
        .containsExactly(Code.BAD_RECORD);
  }

  @Test
  void saysOnceThatALogIsNewer() {
    var forged = Forgery.of("2/raised").field(5, "schema_version", 3L).field(6, "more", 1L);

    assertThat(forged.findings())
        .extracting(VerificationFinding::code, VerificationFinding::seq)
        .containsExactly(tuple(Code.NEWER_VERSION, 5L));
  }
}
