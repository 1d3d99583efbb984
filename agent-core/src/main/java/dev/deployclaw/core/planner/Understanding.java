package dev.deployclaw.core.planner;

import java.util.Map;

/**
 * An interpretation, and what the log is to say of how it came about.
 *
 * @param note for people, one sentence; empty where there is nothing to say
 * @param doubtful whether a person should look at the note
 * @param facts JSON-like: strings, whole numbers, lists and maps of them
 */
public record Understanding(
    Interpretation interpretation, String note, boolean doubtful, Map<String, Object> facts) {

  public Understanding {
    facts = Map.copyOf(facts);
  }

  /** One that needs no explanation. */
  static Understanding plain(Interpretation interpretation) {
    return new Understanding(interpretation, "", false, Map.of());
  }
}
