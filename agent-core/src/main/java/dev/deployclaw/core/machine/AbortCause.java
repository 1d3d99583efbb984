package dev.deployclaw.core.machine;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** Why a change ended before its commit. */
public enum AbortCause {
  /** A back end that is needed can't be reached. */
  UNREACHABLE,
  /** A participant voted no, or refused what was staged. */
  VOTED_DOWN,
  /** A person rejected it at the gate. */
  REJECTED,
  /** It was held for longer than it may. */
  EXPIRED,
  /** What it stands on, or what was observed, has moved. */
  STALE,
  /** The skill that it follows isn't what was pinned. */
  SKILL_REFUSED,
  /** The checkpoint's object no longer hashes to its name. */
  CHECKPOINT_ALTERED,
  /** A back end is ahead of the state store, as after a restored backup: a person decides. */
  REGRESSED,
  /** The kill switch is on. */
  FROZEN,
  /** The agent that carried it out died before the commit. */
  INTERRUPTED;

  @JsonValue
  String word() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static AbortCause ofWord(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
