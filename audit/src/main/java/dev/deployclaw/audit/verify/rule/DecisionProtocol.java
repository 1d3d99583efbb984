package dev.deployclaw.audit.verify.rule;

import static java.util.Map.entry;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The decisions that there are, by which rules each is made, and on which others it rests. */
final class DecisionProtocol {
  /** By name the rules by which it is made; none where its record says by which. */
  static final Map<String, Set<String>> RULES =
      Map.ofEntries(
          entry("plan", Set.of("change", "way-back", "accepted-state")),
          entry("schedule", Set.of("start-at")),
          entry("unschedule", Set.of("taken-off")),
          entry("refuse", Set.of("request", "skill", "approver")),
          entry("open", Set.of("forward", "rollback", "compensation")),
          entry("checkpoint", Set.of("stored", "pending")),
          entry("stage", Set.of("nobody-acts")),
          entry("votes", Set.of("all", "without-absent")),
          entry("hold", Set.of()),
          entry("approve", Set.of("approver")),
          entry("pass", Set.of()),
          entry("widen", Set.of("first-cohort", "watched")),
          entry("bake", Set.of("validated")),
          entry("withdraw", Set.of("refused", "stopped", "overtaken")),
          entry("commit", Set.of("at-once", "watched")),
          entry("publish", Set.of("everybody-took-it", "persons-word")),
          entry("converge", Set.of("everybody-acts", "persons-word")),
          entry("soak", Set.of("validated")),
          entry("prove", Set.of("validated", "watched")),
          entry("complete", Set.of("collected")),
          entry("undo", Set.of("refused")),
          entry("put-back", Set.of("compensation", "withdrawn", "persons-word")),
          entry("fail", Set.of("way-back-refused", "not-put-back", "overtaken")),
          entry("abort", Set.of()),
          entry("discard", Set.of("nothing-left", "left-behind")),
          entry("watch", Set.of("passed", "failed")),
          entry("recover", Set.of("presumed-aborted", "roll-forward", "go-on", "overtaken")),
          entry("collect", Set.of("needed-by-nobody")),
          entry("await", Set.of()),
          entry("authorize", Set.of("approver")),
          entry("repair", Set.of("committed-again")),
          entry("reassert", Set.of("what-was-lost")),
          entry("accept", Set.of("persons-word")),
          entry("end", Set.of()));

  /** The decision by which a change comes to a state; all others are made between two of these. */
  static final Map<String, String> MOVES =
      Map.ofEntries(
          entry("opened", "open"),
          entry("checkpointed", "checkpoint"),
          entry("staged", "stage"),
          entry("prepared", "votes"),
          entry("held", "hold"),
          entry("resumed", "approve"),
          entry("cleared", "pass"),
          entry("widened", "widen"),
          entry("baking", "bake"),
          entry("withdrawing", "withdraw"),
          entry("committed", "commit"),
          entry("published", "publish"),
          entry("converged", "converge"),
          entry("soaking", "soak"),
          entry("baked", "prove"),
          entry("completed", "complete"),
          entry("undoing", "undo"),
          entry("rolledback", "put-back"),
          entry("failed", "fail"),
          entry("aborting", "abort"),
          entry("aborted", "discard"));

  /** What gives somebody new limits: it also rests on what its grounds rest on. */
  static final Set<String> ACTIVATIONS = Set.of("widen", "commit");

  private static final List<String> OF_ACTIVATIONS =
      List.of("open", "checkpoint", "votes", "approve", "pass", "bake", "watch");

  /** On which earlier decisions one rests, where they were made. */
  static final Map<String, List<String>> GROUNDS =
      Map.ofEntries(
          entry("checkpoint", List.of("open")),
          entry("stage", List.of("checkpoint", "approve")),
          entry("votes", List.of("stage")),
          entry("hold", List.of("open", "checkpoint", "votes")),
          entry("approve", List.of("hold")),
          entry("pass", List.of("open", "checkpoint", "votes", "approve")),
          entry("widen", OF_ACTIVATIONS),
          entry("bake", List.of("widen")),
          entry("withdraw", List.of("widen", "bake", "watch")),
          entry("commit", OF_ACTIVATIONS),
          entry("publish", List.of("commit")),
          entry("converge", List.of("publish")),
          entry("soak", List.of("converge")),
          entry("prove", List.of("converge", "soak", "watch")),
          entry("complete", List.of("prove", "collect")),
          entry("undo", List.of("commit", "watch")),
          entry("put-back", List.of("undo", "withdraw", "complete")),
          entry("fail", List.of("commit", "undo", "withdraw")),
          entry("abort", List.of("open", "hold", "recover", "refuse")),
          entry("discard", List.of("abort")),
          entry("watch", List.of("bake", "soak")),
          entry("collect", List.of("prove")),
          entry("unschedule", List.of("schedule")),
          entry("authorize", List.of("await")),
          entry("repair", List.of("authorize")),
          entry("refuse", List.of("hold", "await")));

  private DecisionProtocol() {}
}
