package dev.deployclaw.container.approval;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How far a message is. */
enum MessagePhase {
  /** An agent posts or rewrites it. If it doesn't say so soon, another one does. */
  CLAIMED,
  POSTED,
  /** It was rewritten for the last time. */
  CLOSED;

  String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  static Optional<MessagePhase> ofWord(String word) {
    return Arrays.stream(values()).filter(p -> p.word().equals(word)).findFirst();
  }
}
