package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.audit.verify.rule.ProcessRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * A log of a real run, changed and sealed again as only its agent could: numbers, turns and hashes
 * fit, and only the rules can tell.
 */
public final class Forgery {
  private final List<Map<String, Object>> records;

  private Forgery(List<Map<String, Object>> records) {
    this.records = records;
  }

  public static Forgery of(String log) {
    return new Forgery(RealLogs.records(log));
  }

  /** Without some records. */
  public Forgery without(Predicate<Map<String, Object>> which) {
    if (!records.removeIf(which)) {
      throw new AssertionError("no such record");
    }
    return this;
  }

  /** Without the records of some states. */
  public Forgery withoutStates(List<String> states) {
    return without(r -> states.contains(state(r)));
  }

  /** A fact of the record of a state says something else. */
  public Forgery fact(String state, String fact, Object value) {
    records.stream().filter(r -> state.equals(state(r))).forEach(r -> put(r, fact, value));
    return this;
  }

  /** A fact of the last record says something else. */
  public Forgery endFact(String fact, Object value) {
    put(records.getLast(), fact, value);
    return this;
  }

  /** Its end says another result. */
  public Forgery ending(String result) {
    if (records.getLast().containsKey("decision")) {
      records.getLast().put("decision", Map.of("name", "end", "rule", result));
    }
    return endFact("result", result);
  }

  /** A field of a record, by its number, says something else. */
  public Forgery field(int seq, String field, Object value) {
    records.get(seq - 1).put(field, value);
    return this;
  }

  /** A copy of a record stands behind another one, by their numbers. */
  public Forgery again(int seq, int after) {
    records.add(after, new TreeMap<>(records.get(seq - 1)));
    return this;
  }

  /** Turns have no gap. */
  public Forgery renumbered() {
    var turns = new HashMap<String, Long>();
    for (var entry : records) {
      if (!state(entry).isEmpty()) {
        String change = String.valueOf(ProcessRules.facts(entry).get("change"));
        put(entry, "turn", turns.merge(change, 1L, Long::sum));
      }
    }
    return this;
  }

  boolean has(String state) {
    return records.stream().anyMatch(r -> state.equals(state(r)));
  }

  /** The number of the record of a state. */
  public long seq(String state) {
    return Resealed.first(records, r -> state.equals(state(r))) + 1L;
  }

  public List<VerificationFinding> findings() {
    return Resealed.findings(records);
  }

  /** What is found, each once, but for what decisions rest on: forgers would mend that, too. */
  public List<Code> codes() {
    return findings().stream()
        .map(VerificationFinding::code)
        .distinct()
        .filter(code -> code != Code.EVIDENCE)
        .toList();
  }

  /** As the forger would print it. */
  byte[] document(HeadSigner signer) {
    return Bundles.signed(RealLogs.sealed(records), signer);
  }

  public List<Map<String, Object>> records() {
    return new ArrayList<>(records);
  }

  private static String state(Map<String, Object> entry) {
    return ProcessRules.text(ProcessRules.facts(entry).get("state"));
  }

  private static void put(Map<String, Object> entry, String fact, Object value) {
    var facts = new TreeMap<>(ProcessRules.facts(entry));
    facts.put(fact, value);
    entry.put("facts", facts);
  }
}
