package dev.deployclaw.audit.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.audit.verify.rule.ChangeLifecycle;
import dev.deployclaw.audit.verify.rule.ProcessRules;
import dev.deployclaw.testkit.Slow;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Both verifiers say the same of each case, to the code and the record: of what only an agent that
 * broke its rules could sign, and of values at which two programs part easily.
 */
class AgreementTest {
  private static final List<Object> VALUES =
      List.of(
          StrictJson.Null.NULL,
          true,
          false,
          0L,
          1L,
          -1L,
          "",
          "null",
          List.of(),
          List.of(true),
          List.of(1L),
          Map.of(),
          Map.of("a", StrictJson.Null.NULL),
          new BigDecimal("1.5"));

  private static final List<String> END_FACTS =
      List.of(
          "result",
          "request",
          "requester",
          "reason",
          "questions",
          "checkpoint",
          "validation",
          "epoch",
          "plan_hash",
          "duration_us",
          "waiting_us",
          "phases_us",
          "rollback_available",
          "rollback_of",
          "in_doubt");

  private static final List<String> TIMES =
      List.of(
          "2026-11-26T23:59:60.000000Z",
          "2026-11-26T24:00:00.000000Z",
          "2026-02-29T10:00:00.000000Z",
          "2024-02-29T10:00:00.000000Z",
          "0000-01-01T00:00:00.000000Z",
          "0001-01-01T00:00:00.000000Z",
          "9999-12-31T23:59:59.999999Z",
          "2026-11-26T10:00:00.000000z");

  @TempDir Path folder;
  private HeadSigner signer;
  private final List<byte[]> cases = new ArrayList<>();

  @BeforeEach
  void needsPython() throws Exception {
    assumeTrue(Python.isThere(), "python3 isn't installed");
    signer = HeadSigner.open(folder);
  }

  @Test
  void onFactsOfAnEndThatAreAnything() throws Exception {
    for (String fact : END_FACTS) {
      VALUES.forEach(value -> add(Forgery.of("2/refused").endFact(fact, value)));
      add(Forgery.of("2/raised").endFact(fact, StrictJson.Null.NULL));
    }

    assertThat(agreed()).contains("ok").anyMatch(v -> v.contains("bad-record:3"));
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.AgreementTest#onFactsOfAnEndThatAreAnything",
      because = "both verifiers read a log for each fact of each move")
  @Test
  void onFactsOfMovesThatAreAnything() throws Exception {
    var log = Forgery.of("2/approved").records();
    for (int seq = 1; seq <= log.size(); seq++) {
      var facts = ProcessRules.facts(log.get(seq - 1));
      if (facts.containsKey("state")) {
        for (String fact : facts.keySet()) {
          for (Object value : VALUES.subList(0, 8)) {
            add(Forgery.of("2/approved").field(seq, "facts", with(facts, fact, value)));
          }
        }
      }
    }

    assertThat(agreed())
        .anyMatch(v -> v.contains("turn"))
        .anyMatch(v -> v.contains("approval"))
        .anyMatch(v -> v.contains("checkpoint"));
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.AgreementTest#onTheGate",
      because = "both verifiers read a log for each pair of states")
  @Test
  void onTheOrderOfStatesAndOnResults() throws Exception {
    for (String log : RealLogs.NAMES) {
      for (String state : ChangeLifecycle.NEXT.keySet()) {
        if (!state.equals(ChangeLifecycle.NONE) && Forgery.of(log).has(state)) {
          add(Forgery.of(log).withoutStates(List.of(state)).renumbered());
          add(Forgery.of(log).fact(state, "state", "opened"));
        }
      }
      for (String result : List.of("COMPLETED", "ABORTED", "UNKNOWN", "ROLLED_BACK", "")) {
        add(Forgery.of(log).ending(result));
      }
    }

    assertThat(agreed())
        .contains("ok")
        .anyMatch(v -> v.contains("turn"))
        .anyMatch(v -> v.contains("activation"))
        .anyMatch(v -> v.contains("result"));
  }

  @Test
  void onTheGate() throws Exception {
    for (Object asks : VALUES.subList(0, 13)) {
      for (Object rule : List.of("auto", "other", "", StrictJson.Null.NULL)) {
        var gate = new TreeMap<String, Object>(Map.of("asks", asks, "rule", rule));
        add(Forgery.of("2/raised").fact("opened", "gate", gate));
        gate.put("manual", true);
        add(Forgery.of("2/approved").fact("opened", "gate", gate));
      }
      add(Forgery.of("2/raised").fact("opened", "gate", asks));
    }

    assertThat(agreed()).contains("ok").anyMatch(v -> v.contains("approval"));
  }

  @Test
  void onTimesAndVersions() throws Exception {
    for (String time : TIMES) {
      add(Forgery.of("2/refused").field(1, "time", time));
      add(Forgery.of("2/refused").field(3, "time", time));
    }
    for (Object version : List.of(0L, 1L, 3L, 99L, "2", true, StrictJson.Null.NULL)) {
      add(Forgery.of("2/refused").field(2, "schema_version", version));
    }

    assertThat(agreed()).contains("ok", "newer-version:2").anyMatch(v -> v.contains("bad-record"));
  }

  @Slow(
      guard = "dev.deployclaw.audit.verify.AgreementTest#onTheGate",
      because = "both verifiers read a log for each kind of list and of each person")
  @Test
  void onMembersThatAreLeftOut() throws Exception {
    for (Object members : VALUES) {
      add(leftOut("2/rollback", members, "ann"));
      add(leftOut("2/rollback", List.of("gateway/two"), members));
      add(Forgery.of("2/rollback").fact("baked", "left_out", members));
      var both = List.of("gateway/one", "gateway/two");
      add(leftOut("2/rollback", both, "bob").fact("published", "left_out_each", members));
      var each = Map.of("gateway/one", members, "gateway/two", "bob");
      add(leftOut("2/rollback", both, "bob").fact("published", "left_out_each", each));
      add(leftOut("2/rollback", members, "bob").fact("published", "left_out_each", each));
      add(Forgery.of("2/rollback").fact("baked", "left_out_each", members));
    }
    add(leftOut("2/raised", List.of("gateway/two"), "ann"));
    add(leftOut("2/rollback", List.of("gateway/two"), "ann"));

    assertThat(agreed()).contains("ok").anyMatch(v -> v.contains("decision"));
  }

  private static Forgery leftOut(String log, Object members, Object by) {
    var forged = Forgery.of(log);
    for (var decided : Map.of("published", "publish", "converged", "converge").entrySet()) {
      var word = Map.of("name", decided.getValue(), "rule", "persons-word");
      forged
          .fact(decided.getKey(), "left_out", members)
          .fact(decided.getKey(), "left_out_by", by)
          .field((int) forged.seq(decided.getKey()), "decision", word);
    }
    return forged;
  }

  @Test
  void onFieldsOfADocumentThatAreAnything() throws Exception {
    var document = Bundles.parsed(Forgery.of("2/refused").document(signer));
    for (String field : document.keySet()) {
      for (Object value : VALUES) {
        var copy = new LinkedHashMap<>(document);
        copy.put(field, value);
        cases.add(JsonFormatter.pretty(copy).getBytes(StandardCharsets.UTF_8));
      }
    }
    cases.add("[]".getBytes(StandardCharsets.UTF_8));
    cases.add(new byte[] {(byte) 0xff});
    cases.add("{".getBytes(StandardCharsets.UTF_8));

    assertThat(agreed()).contains("not-json:0", "seq:1").anyMatch(v -> v.contains("signature"));
  }

  private void add(Forgery forgery) {
    cases.add(forgery.document(signer));
  }

  private static Map<String, Object> with(Map<String, Object> facts, String fact, Object value) {
    var copy = new TreeMap<>(facts);
    copy.put(fact, value);
    return copy;
  }

  /** What both find in each. */
  private List<String> agreed() throws Exception {
    return Python.agreed(folder, cases, TrustedKeys.of(Optional.of(signer.publicKey())));
  }
}
