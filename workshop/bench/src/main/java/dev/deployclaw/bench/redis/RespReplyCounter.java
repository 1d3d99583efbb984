package dev.deployclaw.bench.redis;

import java.nio.charset.StandardCharsets;

/** Tells where the answers to a batch end (RESP2), in pieces as they arrive, and nothing else. */
final class RespReplyCounter {
  private static final int LONGEST_LINE = 1_024;

  private final byte[] line = new byte[LONGEST_LINE];
  private int lineLength;
  private long elements;
  private long skip;

  RespReplyCounter(int replies) {
    this.elements = replies;
  }

  boolean complete() {
    return elements == 0 && skip == 0;
  }

  /**
   * Takes the next piece.
   *
   * @throws IllegalStateException with the server's words at the first error
   */
  void take(byte[] piece, int length) {
    int at = 0;
    while (at < length) {
      if (skip > 0) {
        long skipped = Math.min(skip, length - at);
        skip -= skipped;
        at += (int) skipped;
      } else {
        take(piece[at++]);
      }
    }
  }

  private void take(byte b) {
    if (b == '\n') {
      header();
      lineLength = 0;
    } else if (b != '\r') {
      line[lineLength++] = b;
    }
  }

  private void header() {
    elements--;
    switch (line[0]) {
      case '*' -> elements += Math.max(0, number());
      case '$' -> skip = number() < 0 ? 0 : number() + 2;
      case ':', '+' -> {}
      default ->
          throw new IllegalStateException(
              "the answer is " + new String(line, 0, lineLength, StandardCharsets.UTF_8));
    }
  }

  private long number() {
    long number = 0;
    for (int i = 1; i < lineLength; i++) {
      if (line[i] == '-') {
        return -1;
      }
      number = number * 10 + (line[i] - '0');
    }
    return number;
  }
}
