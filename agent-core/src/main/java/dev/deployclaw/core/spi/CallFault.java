package dev.deployclaw.core.spi;

/** Why a call did not do what it should: expected failures as values. */
public sealed interface CallFault {
  /** What happened, for people; never a secret. */
  String reason();

  /** Its word in JSON documents: part of the published formats. */
  default String word() {
    return switch (this) {
      case Denied _ -> "denied";
      case Ungranted _ -> "ungranted";
      case Invalid _ -> "invalid";
      case Unavailable _ -> "unavailable";
      case Conflict _ -> "conflict";
      case Unknown _ -> "unknown";
    };
  }

  /** Refused by a back end: a permission that it doesn't give. */
  record Denied(String reason) implements CallFault {}

  /**
   * Refused at the sandbox, before any back end was asked: the operation isn't in the kernel's
   * table, or no grant, or not this one, is for the call.
   */
  record Ungranted(String reason) implements CallFault {}

  /** The request itself is wrong; repeating it can't help. */
  record Invalid(String reason) implements CallFault {}

  /** The back end can't be reached; nothing was applied. */
  record Unavailable(String reason) implements CallFault {}

  /** A newer term, epoch or revision stands there. */
  record Conflict(String reason) implements CallFault {}

  /** The call may or may not have been applied: read before you decide. */
  record Unknown(String reason) implements CallFault {}
}
