package dev.deployclaw.executors.wire;

/** A message that isn't what the protocol says. The codecs make values of it: it leaves none. */
final class UnreadableMessageException extends Exception {
  UnreadableMessageException(String reason) {
    super(reason, null, false, false);
  }

  String reason() {
    return String.valueOf(getMessage());
  }
}
