package dev.deployclaw.audit.verify.rule;

import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether an execution went by the rules, from its records alone: a change comes from state to
 * state as it may; nothing is activated without a plan, a checkpoint, every vote, and an approval
 * where the gate asks for one; what is activated is what was planned, voted for and approved; and
 * an end says what the change came to. It looks at records whose facts name a {@code state}: those
 * were written in the transaction that moved the change. For one thread.
 */
public final class ProcessRules {
  private static final Set<String> ACTIVATIONS = Set.of("widened", "committed");
  private static final Map<String, String> OVERTAKEN =
      Map.of("name", "recover", "rule", "overtaken");

  private final Map<String, RecordedChange> changes = new HashMap<>();
  private final Map<String, Set<String>> planned = new HashMap<>();
  private final Set<Long> doubted = new HashSet<>();
  private final List<VerificationFinding> findings = new ArrayList<>();
  private final ApprovalRules waiting = new ApprovalRules();
  private Optional<RecordedChange> own = Optional.empty();
  private Map<String, Object> lastVotes = Map.of();
  private long seq;

  private ProcessRules() {}

  /**
   * @param records of one execution, of a chain that holds
   */
  public static List<VerificationFinding> check(List<Map<String, Object>> records) {
    var rules = new ProcessRules();
    records.forEach(rules::noteDoubt);
    records.forEach(rules::next);
    return rules.findings;
  }

  /** An end record names the record of which it isn't known whether its transaction was applied. */
  private void noteDoubt(Map<String, Object> entry) {
    if (facts(entry).get("in_doubt") instanceof Long n) {
      doubted.add(n);
    }
  }

  private void next(Map<String, Object> entry) {
    seq = entry.get("seq") instanceof Long n ? n : 0;
    var facts = facts(entry);
    String hash = text(entry.get("plan_hash"));
    if (facts.get("state") instanceof String state && facts.get("change") instanceof String id) {
      moved(changes.computeIfAbsent(id, RecordedChange::new), state, entry);
      return;
    }
    if (facts.get("target_digest") instanceof String digest) {
      planned.computeIfAbsent(hash, _ -> new HashSet<>()).add(digest);
    }
    if (OVERTAKEN.equals(entry.get("decision"))) {
      changes.values().forEach(RecordedChange::overtake);
    }
    if ("prepare".equals(entry.get("phase")) && facts.containsKey("yes")) {
      lastVotes = facts;
    }
    waiting.next(entry, facts).ifPresent(what -> found(Code.APPROVAL, what));
    if ("publish".equals(entry.get("phase"))) {
      published(entry.get("epoch"));
    } else if ("end".equals(entry.get("phase"))) {
      ended(facts.get("result"));
    }
  }

  /** What a log tells of first is its own change; others in it put that one back. */
  private void ended(@Nullable Object said) {
    String result = said instanceof String word ? word : ChangeLifecycle.UNKNOWN;
    var states = own.map(RecordedChange::states).orElse(Set.of(ChangeLifecycle.NONE));
    if (!ChangeLifecycle.end(states, result)) {
      String where = own.map(c -> c.id + " is " + states).orElse("nothing was changed");
      found(Code.RESULT, "ends " + result + ", and " + where);
    }
  }

  private void published(@Nullable Object epoch) {
    changes.values().stream()
        .filter(c -> Long.valueOf(c.epoch).equals(epoch) && !c.activated)
        .forEach(c ->
            found(
                Code.ACTIVATION,
                "epoch " + epoch + " is published, and " + c.id + " not activated"));
  }

  private void moved(RecordedChange change, String state, Map<String, Object> entry) {
    var facts = facts(entry);
    own = own.or(() -> Optional.of(change));
    turn(change, state, number(facts.get("turn")));
    switch (state) {
      case "opened" -> change.open(entry, facts);
      case "checkpointed" -> {
        change.checkpoint = text(facts.get("checkpoint"));
        change.stored = Boolean.TRUE.equals(facts.get("stored"));
      }
      case "staged" -> change.prepared = Map.of();
      case "prepared" -> prepared(change, facts);
      case "held" -> change.hold();
      case "resumed" -> change.approval = facts;
      case "cleared" -> change.rule = text(facts.get("rule"));
      case "undoing", "withdrawing" -> change.failed = true;
      case "published" -> published(change);
      default -> {}
    }
    if (ACTIVATIONS.contains(state)) {
      activated(change, facts);
    }
    if (!change.leavesOut(state, facts)) {
      found(Code.DECISION, change.id + " is " + state + " without members, and may not be");
    }
  }

  private void turn(RecordedChange change, String state, long turn) {
    String from = change.states() + " at turn " + change.turn();
    if (!change.moves(state, turn, doubted.contains(seq))) {
      found(Code.TURN, change.id + " is " + state + " at turn " + turn + ", from " + from);
    }
  }

  private void published(RecordedChange change) {
    if (!change.activated) {
      found(Code.ACTIVATION, change.id + " is published, and not activated");
    }
  }

  private void prepared(RecordedChange change, Map<String, Object> facts) {
    change.prepared = facts;
    change.votes = lastVotes;
    lastVotes = Map.of();
  }

  private void activated(RecordedChange change, Map<String, Object> facts) {
    change.activated = true;
    plan(change);
    checkpoint(change, facts);
    votes(change);
    approval(change);
    if (!change.digest.equals(facts.get("digest")) || change.digest.isEmpty()) {
      found(Code.DIGEST, "activated other bytes than were opened, " + change.digest);
    }
  }

  private void plan(RecordedChange change) {
    boolean there =
        switch (change.kind) {
          case "forward" -> planned.getOrDefault(change.planHash, Set.of()).contains(change.digest);
          case "rollback" -> change.planHash.equals(change.wayBackHash());
          case "compensation" -> undoes(change);
          default -> false;
        };
    if (!there) {
      found(
          Code.PLAN, change.id + " is activated, and no plan with that hash leads to these bytes");
    }
  }

  /** A compensation puts back what its failed change stood on. */
  private boolean undoes(RecordedChange change) {
    var undone = changes.get(change.undoes);
    return undone != null
        && undone.failed
        && (undone.baseEpoch == 0 || undone.baseDigest.equals(change.digest));
  }

  private void checkpoint(RecordedChange change, Map<String, Object> facts) {
    if (change.checkpoint.isEmpty() || !change.checkpoint.equals(facts.get("checkpoint"))) {
      found(Code.CHECKPOINT, change.id + " is activated without the checkpoint that was taken");
    } else if (!change.stored && !change.back()) {
      found(Code.CHECKPOINT, change.id + " is activated, and its checkpoint isn't stored");
    }
  }

  private void votes(RecordedChange change) {
    long count = number(change.prepared.get("count"));
    List<?> absent = list(change.prepared.get("absent"));
    if (count < 1 || text(change.prepared.get("votes")).isEmpty()) {
      found(Code.VOTES, change.id + " is activated, without a vote since it was staged");
    } else if (number(change.votes.get("yes")) != count || !without(change.votes).equals(absent)) {
      found(Code.VOTES, change.id + " is activated on other votes than were counted");
    } else if (!absent.isEmpty() && !change.back()) {
      found(Code.VOTES, change.id + " is activated without the votes of " + absent);
    } else if (!change.digest.equals(change.prepared.get("digest"))) {
      found(Code.DIGEST, "the votes were for other bytes than were opened, " + change.digest);
    }
  }

  /** Who didn't vote for it: first who voted against it. A way back goes on without both. */
  private static List<Object> without(Map<String, Object> votes) {
    var out = new ArrayList<Object>(list(votes.get("no")));
    out.addAll(list(votes.get("unknown")));
    return out;
  }

  private void approval(RecordedChange change) {
    boolean approved = !text(change.approval.get("approver")).isEmpty();
    if (change.rule.isEmpty()) {
      found(Code.APPROVAL, change.id + " is activated, and the gate didn't let it pass");
    } else if (change.rule.equals("way-back") && !change.back()) {
      found(Code.APPROVAL, change.id + " passed as a rollback, which it isn't");
    } else if (!approved && (change.held || asks(change) || change.rule.equals("approved"))) {
      found(Code.APPROVAL, change.id + " is activated without an approval");
    } else if (approved && !change.approvalFits()) {
      found(Code.APPROVAL, "the approval of " + change.id + " was given for something else");
    } else if (!change.passes().isEmpty() && !change.rule.equals(change.passes())) {
      found(Code.APPROVAL, change.id + " passed by " + change.rule + ", not " + change.passes());
    }
  }

  /** What the agent puts back by itself after a failure never waits. */
  private boolean asks(RecordedChange change) {
    return change.asks() || (waiting.asked() && !change.kind.equals("compensation"));
  }

  private void found(Code code, String what) {
    findings.add(new VerificationFinding(code, seq, what));
  }

  public static Map<String, Object> facts(Map<String, Object> entry) {
    return entry.get("facts") instanceof Map<?, ?> map ? StrictJson.object(map) : Map.of();
  }

  public static String text(@Nullable Object value) {
    return value instanceof String s ? s : "";
  }

  static long number(@Nullable Object value) {
    return value instanceof Long n ? n : 0;
  }

  private static List<?> list(@Nullable Object value) {
    return value instanceof List<?> items ? items : List.of();
  }
}
