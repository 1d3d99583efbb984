package dev.deployclaw.core.machine;

import java.util.Locale;

/** Why a change was opened. */
public enum ChangeKind {
  /** Somebody asked for new limits. */
  FORWARD,
  /** Somebody asked to go back. */
  ROLLBACK,
  /** The agent goes back because a committed change failed. */
  COMPENSATION;

  /** Whether its content is a predecessor's. */
  public boolean back() {
    return this != FORWARD;
  }

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static ChangeKind ofWord(String word) {
    return valueOf(word.toUpperCase(Locale.ROOT));
  }
}
