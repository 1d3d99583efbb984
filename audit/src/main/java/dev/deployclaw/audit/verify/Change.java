package dev.deployclaw.audit.verify;

import static dev.deployclaw.audit.verify.ProcessRules.number;
import static dev.deployclaw.audit.verify.ProcessRules.text;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/** What the records say about one change so far. For one thread. */
final class Change {
  final String id;
  long turn;
  boolean inDoubt;
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
  boolean activated;
  boolean failed;

  Change(String id) {
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
  }

  /** From here only an approval helps. */
  void hold() {
    held = true;
    approval = Map.of();
    rule = "";
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
    return Chain.sha256(JsonText.canonical(plan).getBytes(StandardCharsets.UTF_8));
  }

  /** An approval holds for the plan, the checkpoint and the base that it was given for. */
  boolean approvalFits() {
    return planHash.equals(approval.get("approved_plan"))
        && checkpoint.equals(approval.get("approved_checkpoint"))
        && baseRevision == number(approval.get("approved_revision"));
  }
}
