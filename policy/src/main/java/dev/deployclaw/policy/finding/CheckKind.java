package dev.deployclaw.policy.finding;

import com.fasterxml.jackson.annotation.JsonValue;

/**
 * What is checked. Errors, which leave a tenant out, come from {@link #HIERARCHY} (unknown parent,
 * cycle), {@link #NEVER_ADMITTED} (a cost that no bucket can hold), {@link #KEY_COLLISION} and
 * {@link #DEADLOCK}; all else warns or informs.
 */
public enum CheckKind {
  HIERARCHY("hierarchy"),
  DEADLOCK("deadlock"),
  NEVER_ADMITTED("never-admitted"),
  KEY_COLLISION("key-collision"),
  CONFLICTING_WINDOWS("conflicting-windows"),
  SHADOWED("shadowed"),
  STEP_SIZE("step-size"),
  ROOT_CHANGE("root-change"),
  FRESH_COUNTERS("fresh-counters"),
  LATENCY("latency"),
  CLOCK("clock"),
  PARTITION("partition"),
  MEMORY("memory"),
  UNUSED_SETTING("unused-setting"),
  LEASED("leased");

  private final String word;

  CheckKind(String word) {
    this.word = word;
  }

  @JsonValue
  public String word() {
    return word;
  }

  /** Whether a finding of this check asks for a person's approval, whatever its severity. */
  public boolean needsApproval() {
    return this == STEP_SIZE || this == ROOT_CHANGE;
  }
}
