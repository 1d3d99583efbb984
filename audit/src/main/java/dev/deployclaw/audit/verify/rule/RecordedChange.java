package dev.deployclaw.audit.verify.rule;

import static dev.deployclaw.audit.verify.rule.ProcessRules.number;
import static dev.deployclaw.audit.verify.rule.ProcessRules.text;

import dev.deployclaw.audit.verify.chain.HashChainChecker;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What the records say about one change so far. For one thread. */
final class RecordedChange {
  private static final String LEFT_OUT_EACH = "left_out_each";

  final String id;
  private long turn;
  private boolean inDoubt;
  private Set<String> states = Set.of(ChangeLifecycle.NONE);
  private Set<String> before = Set.of();
  private final Map<Long, Set<String>> past = new HashMap<>(Map.of(0L, states));
  private boolean overtaken;
  String kind = "";
  String digest = "";
  String planHash = "";
  String undoes = "";
  long epoch;
  long baseEpoch;
  String baseDigest = "";
  long baseRevision;
  String checkpoint = "";
  boolean stored;
  Map<String, Object> prepared = Map.of();
  Map<String, Object> votes = Map.of();
  boolean held;
  Map<String, Object> approval = Map.of();
  String rule = "";
  private Map<String, Object> gate = Map.of();
  boolean activated;
  boolean failed;

  RecordedChange(String id) {
    this.id = id;
  }

  void open(Map<String, Object> entry, Map<String, Object> facts) {
    planHash = text(entry.get("plan_hash"));
    epoch = number(entry.get("epoch"));
    kind = text(facts.get("kind"));
    digest = text(facts.get("digest"));
    undoes = text(facts.get("undoes"));
    baseEpoch = number(facts.get("base_epoch"));
    baseDigest = text(facts.get("base_digest"));
    baseRevision = number(facts.get("base_revision"));
    gate = facts.get("gate") instanceof Map<?, ?> map ? StrictJson.object(map) : Map.of();
  }

  /**
   * Comes to a state. A turn that is in doubt may have been applied or not, so that the next record
   * has the same number or the one after.
   *
   * @param doubtful whether nobody knows if this one was applied
   * @return whether it follows on what is known
   */
  boolean moves(String state, long number, boolean doubtful) {
    boolean again = inDoubt && number == turn;
    boolean back = overtaken && number <= turn;
    var from = again || back ? past.getOrDefault(number - 1, Set.of()) : states;
    var now = new TreeSet<>(again && doubtful ? states : Set.of());
    now.add(state);
    boolean next = again || back || number == turn + 1;
    boolean follows = next && ChangeLifecycle.follows(from, state);
    before = from;
    states = now;
    turn = number;
    inDoubt = doubtful;
    overtaken = false;
    past.put(turn, states);
    return follows;
  }

  /** The state store forgot late turns of it: the next one follows one that it remembered. */
  void overtake() {
    overtaken = true;
  }

  /** Where it can stand by what is known. */
  Set<String> states() {
    var all = new TreeSet<>(states);
    all.addAll(inDoubt ? before : Set.of());
    if (overtaken) {
      past.values().forEach(all::addAll);
    }
    return all;
  }

  long turn() {
    return turn;
  }

  /** From here only an approval helps. */
  void hold() {
    held = true;
    approval = Map.of();
    rule = "";
  }

  /** Whether the gate's rules, or the request, ask for an approval; not where nothing tells. */
  boolean asks() {
    boolean rules = gate.get("asks") instanceof List<?> list && !list.isEmpty();
    return rules || Boolean.TRUE.equals(gate.get("manual"));
  }

  /** The rule by which it may pass the gate; empty where nothing tells. */
  String passes() {
    return asks() ? "approved" : text(gate.get("rule"));
  }

  /**
   * Whether it may leave members out, if it does: on a way back, by a person whom the log names.
   */
  boolean leavesOut(String state, Map<String, Object> facts) {
    boolean each = facts.containsKey(LEFT_OUT_EACH);
    if (!facts.containsKey("left_out") && !facts.containsKey("left_out_by") && !each) {
      return true;
    }
    boolean some = facts.get("left_out") instanceof List<?> members && !members.isEmpty();
    boolean named = !text(facts.get("left_out_by")).isEmpty();
    return some
        && named
        && (!each || leavesOutEach(facts))
        && (back() || state.equals("rolledback"));
  }

  /** Of several persons each member is named with one, and the last of them is one of those. */
  private static boolean leavesOutEach(Map<String, Object> facts) {
    return facts.get("left_out") instanceof List<?> members
        && facts.get(LEFT_OUT_EACH) instanceof Map<?, ?> each
        && each.keySet().equals(new HashSet<>(members))
        && each.values().stream().noneMatch(person -> text(person).isEmpty())
        && each.containsValue(facts.get("left_out_by"));
  }

  boolean back() {
    return kind.equals("rollback") || kind.equals("compensation");
  }

  /** The hash of the plan that a rollback follows: it is made of what the change stands on. */
  String wayBackHash() {
    Map<String, Object> plan =
        Map.of(
            "operation", "rollback",
            "undoes", undoes,
            "base_epoch", baseEpoch,
            "base_digest", baseDigest,
            "target_digest", digest);
    return HashChainChecker.sha256(JsonFormatter.canonical(plan).getBytes(StandardCharsets.UTF_8));
  }

  /** An approval holds for the plan, the checkpoint and the base that it was given for. */
  boolean approvalFits() {
    return planHash.equals(approval.get("approved_plan"))
        && checkpoint.equals(approval.get("approved_checkpoint"))
        && baseRevision == number(approval.get("approved_revision"));
  }
}
