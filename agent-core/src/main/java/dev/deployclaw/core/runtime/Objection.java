package dev.deployclaw.core.runtime;

/** Why a person's word on a change is refused. */
public record Objection(Kind kind, String reason) {
  /** What kind of refusal it is. */
  public enum Kind {
    NO_SUCH_CHANGE,
    NOT_HELD,
    /** The gate doesn't take it from this person. */
    NOT_ALLOWED
  }
}
