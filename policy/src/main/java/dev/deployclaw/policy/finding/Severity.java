package dev.deployclaw.policy.finding;

/** What a finding means for going on. */
public enum Severity {
  /** The tenant can't be enforced as written: it is left out and keeps its committed policy. */
  ERROR,
  /** Enforceable, but probably not what was meant, or a risk that a person should see. */
  WARNING,
  /** Worth knowing. */
  INFO
}
