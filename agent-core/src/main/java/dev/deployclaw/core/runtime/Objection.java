package dev.deployclaw.core.runtime;

import dev.deployclaw.core.machine.GatePolicy.Refusal;

/** Why a person's word on a change is refused. */
public record Objection(Kind kind, String reason) {
  /** What kind of refusal it is. */
  public enum Kind {
    NO_SUCH_CHANGE,
    NOT_HELD,
    /** An approval quotes another plan than it has. */
    MISQUOTED,
    /** An approval has to quote the plan. */
    UNQUOTED,
    /** The gate doesn't take it from this person. */
    NOT_ALLOWED
  }

  static Objection of(Refusal refusal) {
    var kind =
        switch (refusal.flaw()) {
          case NOT_ALLOWED -> Kind.NOT_ALLOWED;
          case MISQUOTED -> Kind.MISQUOTED;
          case UNQUOTED -> Kind.UNQUOTED;
        };
    return new Objection(kind, refusal.reason());
  }
}
