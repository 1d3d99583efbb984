package dev.deployclaw.core.service;

import dev.deployclaw.core.gate.GatePolicy.Refusal;

/** Why a person's word on a change is refused. */
public record ApprovalRefusal(Kind kind, String reason) {
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

  static ApprovalRefusal of(Refusal refusal) {
    var kind =
        switch (refusal.flaw()) {
          case NOT_ALLOWED -> Kind.NOT_ALLOWED;
          case MISQUOTED -> Kind.MISQUOTED;
          case UNQUOTED -> Kind.UNQUOTED;
        };
    return new ApprovalRefusal(kind, refusal.reason());
  }
}
