package dev.deployclaw.audit.verify.rule;

import static java.util.Map.entry;

import java.util.Map;
import java.util.Set;

/**
 * The life of a change, as its records tell it: which state can follow which, and with which result
 * a log can end whose change stands there.
 */
public final class ChangeLifecycle {
  /** Where a change stands that isn't opened: also that of an execution that changes nothing. */
  public static final String NONE = "";

  /** What an end says that says nothing. */
  static final String UNKNOWN = "UNKNOWN";

  private static final Set<String> NOT_COMMITTED = Set.of("ABORTED", UNKNOWN);
  private static final Set<String> UNDER_WAY = Set.of(UNKNOWN);

  /** The states that can follow, by state; none follows one at which a change is over. */
  public static final Map<String, Set<String>> NEXT =
      Map.ofEntries(
          entry(NONE, Set.of("opened")),
          entry("opened", Set.of("checkpointed", "aborting")),
          entry("checkpointed", Set.of("staged", "aborting")),
          entry("staged", Set.of("prepared", "aborting")),
          entry("prepared", Set.of("cleared", "held", "aborting")),
          entry("held", Set.of("resumed", "aborting")),
          entry("resumed", Set.of("staged", "aborting")),
          entry("cleared", Set.of("widened", "committed", "aborting")),
          entry("widened", Set.of("baking", "withdrawing")),
          entry("baking", Set.of("widened", "committed", "withdrawing")),
          entry("withdrawing", Set.of("rolledback", "failed")),
          entry("committed", Set.of("published", "undoing", "failed")),
          entry("published", Set.of("converged", "undoing", "failed")),
          entry("converged", Set.of("baked", "soaking", "undoing", "failed")),
          entry("soaking", Set.of("baked", "undoing", "failed")),
          entry("baked", Set.of("completed")),
          entry("undoing", Set.of("rolledback", "failed")),
          entry("aborting", Set.of("aborted")),
          entry("completed", Set.of()),
          entry("rolledback", Set.of()),
          entry("failed", Set.of()),
          entry("aborted", Set.of()));

  private static final Map<String, Set<String>> RESULTS =
      Map.ofEntries(
          entry(
              NONE,
              Set.of(
                  "COMPLETED",
                  "NO_CHANGE",
                  "HELD",
                  "ABORTED",
                  "REFUSED",
                  "NEEDS_CLARIFICATION",
                  "FAILED",
                  UNKNOWN)),
          entry("opened", NOT_COMMITTED),
          entry("checkpointed", NOT_COMMITTED),
          entry("staged", NOT_COMMITTED),
          entry("prepared", NOT_COMMITTED),
          entry("held", Set.of("HELD", "ABORTED")),
          entry("resumed", NOT_COMMITTED),
          entry("cleared", NOT_COMMITTED),
          entry("aborting", NOT_COMMITTED),
          entry("widened", UNDER_WAY),
          entry("baking", UNDER_WAY),
          entry("withdrawing", UNDER_WAY),
          entry("committed", UNDER_WAY),
          entry("published", UNDER_WAY),
          entry("converged", UNDER_WAY),
          entry("soaking", UNDER_WAY),
          entry("baked", UNDER_WAY),
          entry("undoing", UNDER_WAY),
          entry("completed", Set.of("COMPLETED", UNKNOWN)),
          entry("rolledback", Set.of("ROLLED_BACK")),
          entry("failed", Set.of("FAILED")),
          entry("aborted", Set.of("ABORTED", "REFUSED", "FAILED")));

  private ChangeLifecycle() {}

  /** Whether a change can come from one of these to that. */
  static boolean follows(Set<String> from, String to) {
    return from.stream().anyMatch(state -> NEXT.getOrDefault(state, Set.of()).contains(to));
  }

  /** Whether a log can end so whose change stands at one of these. */
  static boolean end(Set<String> at, String result) {
    return at.stream().anyMatch(state -> RESULTS.getOrDefault(state, Set.of()).contains(result));
  }
}
