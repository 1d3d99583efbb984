package dev.deployclaw.container.approval;

import dev.deployclaw.policy.json.StrictJsonObject;

/**
 * A decision that a serving agent took, and where. It is a note for people: the state store says
 * what came of it.
 *
 * @param place as a sentence goes on, for example {@code the console}
 * @param atMillis milliseconds since 1970
 */
record TakenDecision(String who, boolean approves, String place, long atMillis) {
  /** More than one: which of them counted isn't known here. */
  static final TakenDecision SEVERAL = new TakenDecision("", false, "", 0);

  boolean repeats(TakenDecision other) {
    return who.equals(other.who()) && approves == other.approves();
  }

  static TakenDecision read(StrictJsonObject json) {
    return new TakenDecision(
        json.text("who"), json.flag("approves"), json.text("place"), json.number("at_ms"));
  }
}
